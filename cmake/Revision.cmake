# SPDX-License-Identifier: Apache-2.0
# Writes FILE with the revision of the tree at SOURCE, only when it changed: a commit compiles one small source again.
# Outside a clone, or without git, the revision is empty.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty=-changed --abbrev=10 --exclude=*
                OUTPUT_VARIABLE revision ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(NOT failed EQUAL 0)
  set(revision "")
endif()
set(text "// SPDX-License-Identifier: Apache-2.0\n// Written by cmake/Revision.cmake.\n#pragma once\n#define EASTWEST_REVISION \"${revision}\"\n")
set(before "")
if(EXISTS ${FILE})
  file(READ ${FILE} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${FILE} "${text}")
endif()
