// SPDX-License-Identifier: Apache-2.0
// Site folder: a site as site.yaml with its tables of racks, devices, pathways and cables beside it.
//
// Invariant: building the folder's site gives the fabric and plant that it was written from. Files that the site reads beside its tables
// (an imported topology, measurements) are named by their whole paths, since the folder stands elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/scenario.hpp"

namespace eastwest {

inline constexpr std::string_view kSiteFile = "site.yaml";
inline constexpr std::string_view kRacksFile = "racks.csv";
inline constexpr std::string_view kDevicesFile = "devices.csv";
inline constexpr std::string_view kPathwaysFile = "pathways.csv";
inline constexpr std::string_view kScheduleFile = "cable-schedule.csv";

/// The text of site.yaml of a folder that holds the tables of `site`.
std::string site_folder_file(Site site);

}  // namespace eastwest
