# SPDX-License-Identifier: Apache-2.0
# Installs the build at BUILD under DIRECTORY, then configures, builds and runs the consumer against it. Every step has
# to succeed, and all installed headers have to compile without those of other libraries.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${DIRECTORY})
set(prefix ${DIRECTORY}/installed)
set(run COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} ${run})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${DIRECTORY}/build -G Ninja -DCMAKE_BUILD_TYPE=Debug
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${prefix} ${run})
execute_process(COMMAND ${CMAKE_COMMAND} --build ${DIRECTORY}/build ${run})
execute_process(COMMAND ${DIRECTORY}/build/consumer ${run})

file(GLOB_RECURSE headers RELATIVE ${prefix}/include/eastwest ${prefix}/include/eastwest/*.hpp)
list(LENGTH headers count)
if(count LESS 20)
  message(FATAL_ERROR "only ${count} headers were installed")
endif()
list(TRANSFORM headers REPLACE "(.+)" "#include \"\\1\"" OUTPUT_VARIABLE includes)
list(JOIN includes "\n" text)
file(WRITE ${DIRECTORY}/all_headers.cpp "${text}\nint main() { return 0; }\n")
execute_process(COMMAND ${COMPILER} -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I${prefix}/include/eastwest ${DIRECTORY}/all_headers.cpp ${run})
if(NOT EXISTS ${prefix}/bin/eastwest OR NOT EXISTS ${prefix}/share/eastwest/data OR NOT EXISTS ${prefix}/share/eastwest/scenarios/library)
  message(FATAL_ERROR "program, catalogues or scenarios were not installed")
endif()
