// SPDX-License-Identifier: Apache-2.0
#include "bench/figures_json.hpp"

#include <iterator>
#include <nlohmann/json.hpp>

namespace eastwest::bench {

namespace {

struct NamedCounter {
  const char* name;
  std::uint64_t Counters::* member;
};

constexpr NamedCounter kCounters[] = {
    {"packets", &Counters::packets},         {"packets_delivered", &Counters::packets_delivered},
    {"packet_hops", &Counters::packet_hops}, {"events", &Counters::events},
    {"windows", &Counters::windows},         {"drops_buffer", &Counters::drops_buffer},
    {"drops_fault", &Counters::drops_fault}, {"drops_loss", &Counters::drops_loss},
    {"ecn_marks", &Counters::ecn_marks},     {"pfc_pauses", &Counters::pfc_pauses},
    {"pfc_resumes", &Counters::pfc_resumes}, {"cnps", &Counters::cnps},
    {"retransmits", &Counters::retransmits}, {"timeouts", &Counters::timeouts},
};

nlohmann::ordered_json counters_object(const Counters& counters) {
  nlohmann::ordered_json object;
  for (const NamedCounter& counter : kCounters) object[counter.name] = counters.*counter.member;
  object["bytes_delivered"] = counters.bytes_delivered.count;
  return object;
}

}  // namespace

std::string counters_to_json(const Counters& counters) { return counters_object(counters).dump(); }

std::string figures_to_json(const RunFigures& figures) {
  const nlohmann::ordered_json object = {
      {"error", figures.error},
      {"digest", figures.digest},
      {"counters", counters_object(figures.counters)},
      {"operations", figures.operations},
      {"simulated_ps", figures.simulated.ps},
      {"build_s", figures.build_seconds},
      {"cpu_s", figures.cpu_seconds},
      {"wall_s", figures.wall_seconds},
      {"trace_bytes", figures.trace_bytes},
      {"messages", figures.messages},
      {"mean_arrival_ps", figures.mean_arrival_ps},
      {"link_seconds", figures.link_seconds},
  };
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

RunFigures figures_from_json(std::string_view text) {
  RunFigures figures;
  const auto object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object() || !object.contains("counters") || !object["counters"].is_object()) {
    figures.error = "the process of the run ended without figures";
    return figures;
  }
  const auto& counters = object["counters"];
  for (const NamedCounter& counter : kCounters) figures.counters.*counter.member = counters.value(counter.name, std::uint64_t{0});
  figures.counters.bytes_delivered = {counters.value("bytes_delivered", std::int64_t{0})};
  figures.error = object.value("error", std::string("no verdict"));
  figures.digest = object.value("digest", std::string());
  figures.operations = object.value("operations", std::uint64_t{0});
  figures.simulated = {object.value("simulated_ps", std::int64_t{0})};
  figures.build_seconds = object.value("build_s", 0.0);
  figures.cpu_seconds = object.value("cpu_s", 0.0);
  figures.wall_seconds = object.value("wall_s", 0.0);
  figures.messages = object.value("messages", std::uint64_t{0});
  figures.mean_arrival_ps = object.value("mean_arrival_ps", 0.0);
  figures.link_seconds = object.value("link_seconds", std::vector<double>());
  figures.trace_bytes = object.value("trace_bytes", std::uint64_t{0});
  return figures;
}

}  // namespace eastwest::bench
