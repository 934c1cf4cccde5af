# SPDX-License-Identifier: Apache-2.0
# Packs the build at BUILD as users get it, unpacks the Debian package under DIRECTORY and runs what is in it.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${DIRECTORY})
execute_process(COMMAND ${CPACK} -G DEB -B ${DIRECTORY} WORKING_DIRECTORY ${BUILD} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(GLOB packages ${DIRECTORY}/*.deb)
list(LENGTH packages count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "one package is expected: ${packages}")
endif()
execute_process(COMMAND dpkg-deb -f ${packages} Depends Version OUTPUT_VARIABLE fields COMMAND_ERROR_IS_FATAL ANY)
foreach(library libhdf5 libtbb libyaml-cpp)
  if(NOT fields MATCHES "${library}")
    message(FATAL_ERROR "the package does not ask for ${library}: ${fields}")
  endif()
endforeach()
execute_process(COMMAND dpkg-deb -x ${packages} ${DIRECTORY}/unpacked COMMAND_ERROR_IS_FATAL ANY)
set(unpacked ${DIRECTORY}/unpacked/usr)
foreach(file share/man/man1/eastwest.1.gz share/bash-completion/completions/eastwest share/zsh/vendor-completions/_eastwest
        share/fish/vendor_completions.d/eastwest.fish share/doc/eastwest/copyright share/doc/eastwest/docs/README.md
        share/eastwest/data/README.md)
  if(NOT EXISTS ${unpacked}/${file})
    message(FATAL_ERROR "the package holds no ${file}")
  endif()
endforeach()
if(EXISTS ${unpacked}/include)
  message(FATAL_ERROR "the package of the program holds headers")
endif()
# Scenarios name their files relative to themselves: they have to run from where they are installed.
execute_process(COMMAND ${unpacked}/bin/eastwest run ${unpacked}/share/eastwest/scenarios/library/incast-32.yaml --no-trace
                OUTPUT_VARIABLE summary COMMAND_ERROR_IS_FATAL ANY ERROR_QUIET)
if(NOT summary MATCHES "digest")
  message(FATAL_ERROR "the packed program prints no digest: ${summary}")
endif()
