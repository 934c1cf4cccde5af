// SPDX-License-Identifier: Apache-2.0
// Change log: what has to be done to turn one version of a site into another: cables by their ids, devices by their names.
//
// Matched by the stable id: a cable whose id is gone was removed, a new id was added. Of one that stays: moved (an end is at another device),
// re-terminated (another port or plug of the same device), rerouted, length, construction, optic, phase or status changed; a device: added, removed,
// moved (rack or unit), model changed. Invariants: in the order of the newer version, removals last; equal versions have no entries.
// LIMITATIONS: a schedule file alone says nothing of devices, so that only cables are compared; an id that now names other ends reads as moved.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "topology/fabric.hpp"
#include "topology/plant/cable_schedule.hpp"
#include "topology/plant/plant.hpp"

namespace eastwest {

struct DeviceRecord {
  std::string name;
  std::string model;
  std::string rack;
  std::uint32_t unit = 0;
  std::uint32_t phase = 0;
};

/// What a version of a site says of itself.
struct SiteRecord {
  std::vector<ScheduleRow> cables;
  std::vector<DeviceRecord> devices;
  bool has_devices = false;
};

SiteRecord record_of(const Plant& plant, const Fabric& fabric);
/// Of a schedule file; mistakes go to `diagnostics`.
SiteRecord record_of_schedule(std::string_view text, const std::string& file, Diagnostics& diagnostics);

struct Change {
  std::string item;  // "cable" or "device"
  std::string id;
  std::string
      what;  // "added", "removed", "moved", "re-terminated", "rerouted", "length", "construction", "optic", "phase", "status", "model"
  std::string before;
  std::string after;
  std::string reason;  // why a thing that stood already is touched; "" for what is added
};

std::vector<Change> changes_between(const SiteRecord& before, const SiteRecord& after);
/// Touches what stands: moved, re-terminated, rerouted, length, construction or removed.
bool touches(const Change& change);
/// item, id, change, before, after, reason.
std::string write_change_log(const std::vector<Change>& changes);

}  // namespace eastwest
