# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: the program, the library with its headers (find_package(eastwest)), catalogues and scenarios.
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eastwest)
install(TARGETS eastwest EXPORT eastwest ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS eastwest_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(floor core topology workloads sim analysis scenarios)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${floor} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eastwest
          FILES_MATCHING PATTERN "*.hpp" PATTERN "library" EXCLUDE PATTERN "hdf5_handles.hpp" EXCLUDE)
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data DESTINATION ${CMAKE_INSTALL_DATADIR}/eastwest)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios/library DESTINATION ${CMAKE_INSTALL_DATADIR}/eastwest/scenarios)

install(EXPORT eastwest NAMESPACE eastwest:: FILE eastwestTargets.cmake DESTINATION ${config_dir})
configure_package_config_file(cmake/eastwestConfig.cmake.in ${PROJECT_BINARY_DIR}/eastwestConfig.cmake
                              INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/eastwestConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/eastwestConfig.cmake ${PROJECT_BINARY_DIR}/eastwestConfigVersion.cmake
        DESTINATION ${config_dir})
