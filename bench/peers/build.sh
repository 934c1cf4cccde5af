#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the drivers of other simulators into FOLDER: bench/peers/build.sh FOLDER. `./dev bench --peers` installs what they need.
#
# ns-3 3.37 of Debian 12: its headers are C++17, its pkg-config files carry a malformed flag, so its libraries are named here.
# SimGrid 3.32: its headers want Boost 1.81, whose -dev package cannot stand beside the 1.74 that other packages bring, so the headers of
# both are unpacked beside and the installed run time is linked.
set -euo pipefail
folder=$(realpath -m "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$folder"

if [[ ! -e $folder/simgrid/usr/include/simgrid/s4u.hpp ]]; then
  (cd "$folder" && rm -f libsimgrid-dev_*.deb && apt-get -q download libsimgrid-dev </dev/null && dpkg -x libsimgrid-dev_*.deb simgrid)
fi

if [[ ! -e $folder/boost/usr/include/boost/version.hpp ]]; then
  (cd "$folder" && rm -f libboost1.81-dev_*.deb && apt-get -q download libboost1.81-dev </dev/null && dpkg -x libboost1.81-dev_*.deb boost)
fi

# build PROGRAM FLAG ...: compiles PROGRAM.cpp unless nothing of ours is newer.
build() {
  local program=$1
  shift
  [[ -e $folder/$program && -z $(find "$here" -newer "$folder/$program" -type f) ]] && return 0
  echo "building $program"
  "${CXX:-g++}" -std=c++17 -O3 -DNDEBUG -Wall -Wextra -I "$here/../.." "$here/$program.cpp" -o "$folder/$program" "$@"
}
build ns3_driver -lns3-internet -lns3-point-to-point -lns3-network -lns3-core
build simgrid_driver -isystem "$folder/simgrid/usr/include" -isystem "$folder/boost/usr/include" -l:libsimgrid.so.3.32
