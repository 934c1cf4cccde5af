// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/change_log.hpp"

#include <algorithm>
#include <map>

#include "analysis/documents/document_text.hpp"

namespace eastwest {

namespace {

using Index = std::map<std::string_view, std::size_t>;

template <class Things, class Name>
Index index_of(const Things& things, Name name) {
  Index index;
  for (std::size_t i = 0; i < things.size(); ++i) index.emplace(name(things[i]), i);
  return index;
}

std::string plug_text(const Plug& plug) {
  return plug.connector + " " + std::string(to_string(plug.polish)) + " " + std::string(to_string(plug.gender)) + " " +
         std::string(to_string(plug.grade));
}

std::string ends_text(const ScheduleRow& row) { return row.a_device + ":" + row.a_port + " - " + row.b_device + ":" + row.b_port; }

class Comparison {
 public:
  Comparison(const SiteRecord& before, const SiteRecord& after)
      : before_(before),
        after_(after),
        cables_before_(index_of(before.cables, [](const ScheduleRow& row) { return std::string_view(row.piece.id); })),
        cables_after_(index_of(after.cables, [](const ScheduleRow& row) { return std::string_view(row.piece.id); })),
        devices_before_(index_of(before.devices, [](const DeviceRecord& device) { return std::string_view(device.name); })),
        devices_after_(index_of(after.devices, [](const DeviceRecord& device) { return std::string_view(device.name); })) {}

  std::vector<Change> run() {
    if (before_.has_devices && after_.has_devices) compare_devices();
    for (const ScheduleRow& row : after_.cables) {
      const auto found = cables_before_.find(row.piece.id);
      const bool now = row.piece.status != PieceStatus::retired;
      const ScheduleRow* old = found == cables_before_.end() ? nullptr : &before_.cables[found->second];
      const bool then = old != nullptr && old->piece.status != PieceStatus::retired;
      if (now && then) compare(*old, row);
      else if (now) add("cable", row.piece.id, "added", "", ends_text(row));
      else if (then) removed(*old);
    }
    for (const ScheduleRow& row : before_.cables)
      if (row.piece.status != PieceStatus::retired && !cables_after_.contains(row.piece.id)) removed(row);
    return std::move(changes_);
  }

 private:
  void add(std::string item, const std::string& id, std::string what, std::string before, std::string after, std::string reason = "") {
    changes_.push_back({std::move(item), id, std::move(what), std::move(before), std::move(after), std::move(reason)});
  }

  void removed(const ScheduleRow& row) {
    std::string reason = "the newer version has no such cable";
    if (before_.has_devices && after_.has_devices)
      for (const std::string* device : {&row.a_device, &row.b_device})
        if (!devices_after_.contains(*device)) reason = "`" + *device + "` is no longer there";
    add("cable", row.piece.id, "removed", ends_text(row), "", reason);
  }

  [[nodiscard]] std::string reason_of_end(const std::string& old_device, const std::string& new_device) const {
    if (!before_.has_devices || !after_.has_devices) return "its end is another";
    if (!devices_after_.contains(old_device)) return "`" + old_device + "` is no longer there";
    if (!devices_before_.contains(new_device)) return "`" + new_device + "` is new";
    return "the link leads to another device";
  }

  void compare_end(const std::string& id, const char* end, const std::string& old_device, const std::string& old_port, const Plug& old_plug,
                   const std::string& new_device, const std::string& new_port, const Plug& new_plug) {
    const std::string old_text = std::string(end) + " " + old_device + ":" + old_port;
    const std::string new_text = std::string(end) + " " + new_device + ":" + new_port;
    if (old_device != new_device) add("cable", id, "moved", old_text, new_text, reason_of_end(old_device, new_device));
    else if (old_port != new_port) add("cable", id, "re-terminated", old_text, new_text, "another port of the same device");
    else if (plug_text(old_plug) != plug_text(new_plug))
      add("cable", id, "re-terminated", old_text + " " + plug_text(old_plug), new_text + " " + plug_text(new_plug), "another plug");
  }

  void compare(const ScheduleRow& old, const ScheduleRow& row) {
    const std::string& id = row.piece.id;
    // A cable that was written down from its other end is the same cable.
    const bool turned = old.a_device + ":" + old.a_port == row.b_device + ":" + row.b_port &&
                        old.b_device + ":" + old.b_port == row.a_device + ":" + row.a_port;
    if (!turned) {
      compare_end(id, "A", old.a_device, old.a_port, old.piece.a.plug, row.a_device, row.a_port, row.piece.a.plug);
      compare_end(id, "B", old.b_device, old.b_port, old.piece.b.plug, row.b_device, row.b_port, row.piece.b.plug);
      if (old.route != row.route) add("cable", id, "rerouted", old.route, row.route, "another way between its ends");
    }
    if (old.piece.length != row.piece.length)
      add("cable", id, "length", metres(old.piece.length) + " m", metres(row.piece.length) + " m", "the way or the slack has changed");
    if (old.piece.construction != row.piece.construction || old.piece.fibre != row.piece.fibre || old.piece.fibres != row.piece.fibres)
      add("cable", id, "construction", old.piece.construction + " " + old.piece.fibre, row.piece.construction + " " + row.piece.fibre,
          "another kind of cable");
    if (old.link.medium != row.link.medium || old.link.rate != row.link.rate)
      add("cable", id, "optic", old.link.medium + (old.link.medium.empty() ? "" : " at " + to_string(old.link.rate)),
          row.link.medium + (row.link.medium.empty() ? "" : " at " + to_string(row.link.rate)), "other modules at its ends");
    if (old.piece.phase != row.piece.phase)
      add("cable", id, "phase", std::to_string(old.piece.phase + 1), std::to_string(row.piece.phase + 1));
    if (old.piece.status != row.piece.status)
      add("cable", id, "status", std::string(to_string(old.piece.status)), std::string(to_string(row.piece.status)));
  }

  void compare_devices() {
    const auto place = [](const DeviceRecord& device) { return device.rack + " U" + std::to_string(device.unit); };
    for (const DeviceRecord& device : after_.devices) {
      const auto found = devices_before_.find(device.name);
      if (found == devices_before_.end()) {
        add("device", device.name, "added", "", device.model + " " + place(device));
        continue;
      }
      const DeviceRecord& old = before_.devices[found->second];
      if (place(old) != place(device)) add("device", device.name, "moved", place(old), place(device), "the racks are filled differently");
      if (old.model != device.model) add("device", device.name, "model", old.model, device.model, "another model");
      if (old.phase != device.phase) add("device", device.name, "phase", std::to_string(old.phase + 1), std::to_string(device.phase + 1));
    }
    for (const DeviceRecord& device : before_.devices)
      if (!devices_after_.contains(device.name))
        add("device", device.name, "removed", device.model + " " + place(device), "", "the newer version has no such device");
  }

  const SiteRecord& before_;
  const SiteRecord& after_;
  Index cables_before_;
  Index cables_after_;
  Index devices_before_;
  Index devices_after_;
  std::vector<Change> changes_;
};

}  // namespace

SiteRecord record_of_schedule(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  SiteRecord record;
  record.cables = read_schedule(text, file, diagnostics);
  return record;
}

SiteRecord record_of(const Plant& plant, const Fabric& fabric) {
  Diagnostics none;  // what we write, we read
  SiteRecord record = record_of_schedule(write_schedule(plant, fabric), "schedule", none);
  record.has_devices = true;
  for (const Device& device : plant.devices)
    record.devices.push_back({device.name, device.model, plant.racks[device.rack].name, device.unit, device.phase});
  return record;
}

std::vector<Change> changes_between(const SiteRecord& before, const SiteRecord& after) { return Comparison(before, after).run(); }

bool touches(const Change& change) {
  constexpr std::string_view kTouching[] = {"moved", "re-terminated", "rerouted", "length", "construction", "removed"};
  return std::find(std::begin(kTouching), std::end(kTouching), change.what) != std::end(kTouching);
}

std::string write_change_log(const std::vector<Change>& changes) {
  std::string text = safe_row({"item", "id", "change", "before", "after", "reason"});
  for (const Change& change : changes) text += safe_row({change.item, change.id, change.what, change.before, change.after, change.reason});
  return text;
}

}  // namespace eastwest
