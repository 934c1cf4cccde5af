# SPDX-License-Identifier: Apache-2.0
# What we stand on, all from Debian 12; `./dev` installs the packages. No third-party type is in a public header.

if(EASTWEST_SANITIZER STREQUAL "thread")
  # Debian's oneTBB is not instrumented: ThreadSanitizer then reports races that are none, and suppressing them hides
  # real ones. `./dev check tsan` builds an instrumented one.
  find_package(TBB CONFIG REQUIRED PATHS ${EASTWEST_TSAN_TBB} NO_DEFAULT_PATH)
else()
  find_package(TBB CONFIG REQUIRED)
endif()
find_package(HDF5 REQUIRED COMPONENTS C HL)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
# Asio and Beast, headers only. Debian's default 1.74: the other one, 1.81, cannot be installed beside python3-matplotlib.
find_package(Boost 1.74 REQUIRED)
# Debian ships no CMake file for libqrencode.
find_path(QRENCODE_INCLUDE_DIR qrencode.h REQUIRED)
find_library(QRENCODE_LIBRARY qrencode REQUIRED)
find_package(spdlog REQUIRED)
if(EASTWEST_TESTS)
  find_package(doctest REQUIRED)
endif()
