# SPDX-License-Identifier: Apache-2.0
# `cpack`: a Debian package of the program (component `program`: program, manual page, completions, scenarios, documents) and an archive of the same.
#
# What it needs at run time is found by dpkg-shlibdeps. The library is not in it: `cmake --install` puts it where its users build, with their compiler.
set(CPACK_PACKAGE_NAME eastwest)
set(CPACK_PACKAGE_VENDOR "The eastwest project")
set(CPACK_PACKAGE_CONTACT "The eastwest project")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "packet simulator and digital twin of the fibre plant of AI clusters")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "eastwest simulates training collectives and inference serving of 32 to 512
GPUs over a modelled fabric of NICs, switches and fibre, packet by packet, and
writes traces to HDF5. The same model proves loss and latency budgets, writes
the documents of the cabling, plans growth and verifies delivered hardware.")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_ARCHIVE_PROGRAM_FILE_NAME eastwest-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME eastwest)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-h5py, python3-pandas, slurm-wlm")
include(CPack)
