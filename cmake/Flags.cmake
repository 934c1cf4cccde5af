# SPDX-License-Identifier: Apache-2.0
# How everything of ours is compiled: `eastwest_flags` is linked privately by every target of this project.

add_library(eastwest_flags INTERFACE)

# Results must not depend on the optimiser: no fused multiply-add that the source does not spell out.
target_compile_options(eastwest_flags INTERFACE -Wall -Wextra -Wpedantic -ffp-contract=off)
target_compile_definitions(eastwest_flags INTERFACE EASTWEST_VERSION="${PROJECT_VERSION}")
if(EASTWEST_WERROR)
  target_compile_options(eastwest_flags INTERFACE -Werror)
endif()
if(EASTWEST_CHECKED)
  target_compile_definitions(eastwest_flags INTERFACE EASTWEST_CHECKED)
endif()

if(EASTWEST_SANITIZER STREQUAL "address")
  set(sanitizer -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(EASTWEST_SANITIZER STREQUAL "thread")
  set(sanitizer -fsanitize=thread -fno-omit-frame-pointer)
elseif(EASTWEST_SANITIZER)
  message(FATAL_ERROR "EASTWEST_SANITIZER is `${EASTWEST_SANITIZER}`; it can be empty, `address` or `thread`")
endif()
if(EASTWEST_FUZZ)
  # Coverage for libFuzzer in all of the library; the program with the entry links the fuzzer itself.
  set(fuzz -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(eastwest_flags INTERFACE ${fuzz})
  target_link_options(eastwest_flags INTERFACE ${fuzz})
endif()
if(EASTWEST_SANITIZER)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The sanitizers' checks confuse the flow analysis of g++ (its manual says so): moved variants look uninitialised.
    list(APPEND sanitizer -Wno-maybe-uninitialized)
  endif()
  target_compile_options(eastwest_flags INTERFACE ${sanitizer})
  target_link_options(eastwest_flags INTERFACE ${sanitizer})
endif()

# Conveniences that change no output: a compiler cache and a fast linker, when the machine has them.
find_program(EASTWEST_CCACHE ccache)
if(EASTWEST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${EASTWEST_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${EASTWEST_CCACHE})
endif()
find_program(EASTWEST_MOLD mold)
if(EASTWEST_MOLD AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  # mold 1.10 (Debian 12) lets the part that is read-only after relocation begin with .tbss, which has no page of its own: a
  # program whose code happens to end just below a page boundary does not start ("cannot apply additional memory protection").
  target_link_options(eastwest_flags INTERFACE -fuse-ld=mold -Wl,-z,norelro)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # When g++ 12 optimises across files it sees overflows in std::string that are none; compiling file by file it still warns.
  target_link_options(eastwest_flags INTERFACE -Wno-stringop-overflow -Wno-stringop-overread)
endif()
