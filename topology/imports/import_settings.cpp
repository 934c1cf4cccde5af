// SPDX-License-Identifier: Apache-2.0
#include "topology/imports/import_settings.hpp"

namespace eastwest {

void append_import_parameters(std::vector<ParameterSpec>& list, std::string_view file_meaning) {
  constexpr std::string_view kOrigin = "as the simulator that the file was written for";
  list.push_back({"file", ParameterType::text, Dimension::none, kNoFile, 0, 0, file_meaning, "user", {}});
  list.push_back({"nic_latency",
                  ParameterType::quantity,
                  Dimension::time,
                  "0 ps",
                  0,
                  1e12,
                  "Software to wire or wire to software, once per message and side.",
                  kOrigin,
                  {}});
  list.push_back({"switch_mode", ParameterType::choice, Dimension::none, "store_and_forward", 0, 0,
                  "When a frame may leave a switch: as soon as its header is known, or when it is complete.", kOrigin,
                  "cut_through, store_and_forward"});
  list.push_back({"switch_latency",
                  ParameterType::quantity,
                  Dimension::time,
                  "0 ps",
                  0,
                  1e12,
                  "Port to port, first bit in to first bit out, beside what the file says.",
                  kOrigin,
                  {}});
  list.push_back({"switch_buffer",
                  ParameterType::quantity,
                  Dimension::bytes,
                  "64 MB",
                  1,
                  1e12,
                  "Shared packet memory of a switch.",
                  "Spectrum-3 class (GK), the smaller of today's boxes",
                  {}});
}

ImportSettings import_settings(const ParameterSet& parameters) {
  ImportSettings settings;
  settings.host.model = "custom";
  settings.host.nic_latency = parameters.duration("nic_latency");
  settings.host.scale_up_rate = {400'000'000'000};  // copy between processes of one host; imported hosts with GPUs bring their own
  settings.host.scale_up_latency = {600'000};
  settings.unit.mode = parameters.text("switch_mode") == "cut_through" ? ForwardingMode::cut_through : ForwardingMode::store_and_forward;
  settings.unit.latency = parameters.duration("switch_latency");
  settings.unit.buffer = parameters.bytes("switch_buffer");
  return settings;
}

std::optional<std::string> read_import(const ParameterSet& parameters, std::string_view expected, const Place& place,
                                       Diagnostics& diagnostics) {
  const std::string& path = parameters.text("file");
  if (path == kNoFile) {
    diagnostics.error(place, "this topology is read from a file, and `file` is not given", "write `file: PATH`, " + std::string(expected));
    return std::nullopt;
  }
  Result<std::string> text = read_input_file(path);
  if (!text) {
    diagnostics.error(place, "`file`: " + text.error().message, text.error().remedy);
    return std::nullopt;
  }
  if (const auto unfit = not_a_text(*text, expected)) {
    diagnostics.error(Place{path, 0, 0}, unfit->message, unfit->remedy);
    return std::nullopt;
  }
  return std::move(text).value();
}

}  // namespace eastwest
