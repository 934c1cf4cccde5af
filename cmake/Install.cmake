# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: the program with manual page, completions, documents, catalogues and scenarios (component `program`), and the library with
# its headers, for find_package(eastwest) (component `development`).
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eastwest)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)
install(TARGETS eastwest EXPORT eastwest ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS eastwest_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
foreach(floor core topology workloads sim analysis scenarios)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${floor} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eastwest
          FILES_MATCHING PATTERN "*.hpp" PATTERN "library" EXCLUDE PATTERN "hdf5_handles.hpp" EXCLUDE)
endforeach()

set(of_program COMPONENT program)
install(DIRECTORY data DESTINATION ${CMAKE_INSTALL_DATADIR}/eastwest ${of_program})
install(DIRECTORY scenarios/library DESTINATION ${CMAKE_INSTALL_DATADIR}/eastwest/scenarios ${of_program})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs ${of_program})
install(FILES README.md CHANGELOG.md ARCHITECTURE.md DESTINATION ${CMAKE_INSTALL_DOCDIR} ${of_program})
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/copyright @ONLY CONTENT "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: eastwest

Files: *
Copyright: the authors of eastwest
License: Apache-2.0
 On Debian systems the text of this licence is in /usr/share/common-licenses/Apache-2.0.

Files: web/vendor/uplot/*
Copyright: 2022 Leon Sorokin
License: Expat
 The text of this licence is in uplot-LICENSE, beside this file; uPlot is carried in the pages that the program writes.
")
install(FILES ${PROJECT_BINARY_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} ${of_program})
install(FILES web/vendor/uplot/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME uplot-LICENSE ${of_program})
install(FILES ${PROJECT_BINARY_DIR}/manual/eastwest.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 ${of_program})
install(FILES ${PROJECT_BINARY_DIR}/manual/eastwest.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME eastwest ${of_program})
install(FILES ${PROJECT_BINARY_DIR}/manual/eastwest.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _eastwest ${of_program})
install(FILES ${PROJECT_BINARY_DIR}/manual/eastwest.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d ${of_program})

install(EXPORT eastwest NAMESPACE eastwest:: FILE eastwestTargets.cmake DESTINATION ${config_dir})
configure_package_config_file(cmake/eastwestConfig.cmake.in ${PROJECT_BINARY_DIR}/eastwestConfig.cmake
                              INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/eastwestConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/eastwestConfig.cmake ${PROJECT_BINARY_DIR}/eastwestConfigVersion.cmake
        DESTINATION ${config_dir})
