# SPDX-License-Identifier: Apache-2.0
# Writes the CTest file of a doctest program: one test per test case. Run after the program is linked, with -D PROGRAM,
# FILE and DIRECTORY. In place of the script that comes with doctest, which cuts names at semicolons.
execute_process(COMMAND ${PROGRAM} --list-test-cases --no-intro --no-version OUTPUT_VARIABLE rest COMMAND_ERROR_IS_FATAL ANY)

set(tests "")
while(rest MATCHES "^([^\n]*)\n")
  set(name "${CMAKE_MATCH_1}")
  string(LENGTH "${CMAKE_MATCH_0}" length)
  string(SUBSTRING "${rest}" ${length} -1 rest)
  if(name STREQUAL "" OR name MATCHES "^\\[doctest\\]" OR name MATCHES "^=+$")
    continue()
  endif()
  string(REPLACE "," "\\," filter "${name}")  # a comma separates filters
  string(APPEND tests
    "add_test([==[${name}]==] [==[${PROGRAM}]==] [==[--test-case=${filter}]==])\n"
    # 77 is what tests/main.cpp returns when the test said that it skips.
    "set_tests_properties([==[${name}]==] PROPERTIES SKIP_RETURN_CODE 77 WORKING_DIRECTORY [==[${DIRECTORY}]==])\n")
endwhile()
if(tests STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} lists no test")
endif()
file(WRITE ${FILE} "${tests}")
