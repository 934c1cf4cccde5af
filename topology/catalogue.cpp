// SPDX-License-Identifier: Apache-2.0
#include "topology/catalogue.hpp"

#include <algorithm>
#include <charconv>

#include "topology/csv.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view switches_csv;
extern const std::string_view nics_csv;
extern const std::string_view gpus_csv;
extern const std::string_view servers_csv;
extern const std::string_view optics_csv;
extern const std::string_view media_csv;
}  // namespace embedded

namespace {

/// Reads typed cells of one table; the first thing that is wrong is kept and everything after it reads as empty.
class TableReader {
 public:
  TableReader(std::string_view file, std::string_view text) : file_(file) {
    Result<CsvTable> table = parse_csv(text);
    if (table) table_ = std::move(table).value();
    else fail(table.error().message, table.error().remedy);
  }

  [[nodiscard]] bool next() {
    if (failed_ || row_ >= table_.rows.size()) return false;
    ++row_;
    return true;
  }

  const std::string& text(std::string_view column) {
    static const std::string empty;
    if (failed_) return empty;
    const auto index = table_.column(column);
    if (!index) {
      fail("column `" + std::string(column) + "` is missing", {});
      return empty;
    }
    return table_.rows[row_ - 1][*index];
  }

  std::string required(std::string_view column) {
    const std::string& value = text(column);
    if (value.empty() && !failed_) fail_cell(column, "the cell is empty");
    return value;
  }

  std::int64_t quantity(std::string_view column, Dimension dimension, bool must = true, std::int64_t unknown = 0) {
    const std::string& value = text(column);
    if (value.empty()) {
      if (must && !failed_) fail_cell(column, "the cell is empty");
      return unknown;
    }
    const Result<std::int64_t> parsed = parse_quantity(value, dimension);
    if (parsed && *parsed >= 0) return *parsed;
    fail_cell(column, parsed ? "`" + value + "` is negative" : parsed.error().message);
    return unknown;
  }

  BitRate rate(std::string_view column) { return {static_cast<std::uint64_t>(quantity(column, Dimension::rate))}; }

  double real(std::string_view column, bool must = true) {
    const std::string& value = text(column);
    if (value.empty()) {
      if (must && !failed_) fail_cell(column, "the cell is empty");
      return 0;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size() && number >= 0) return number;
    fail_cell(column, "`" + value + "` is not a number");
    return 0;
  }

  std::uint32_t count(std::string_view column, bool must = true) {
    const std::string& value = text(column);
    if (value.empty()) {
      if (must && !failed_) fail_cell(column, "the cell is empty");
      return 0;
    }
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size()) return number;
    fail_cell(column, "`" + value + "` is not a count");
    return 0;
  }

  /// `value` must be one of `choices`; returns its index.
  std::size_t choice(std::string_view column, std::span<const std::string_view> choices) {
    const std::string& value = text(column);
    const auto found = std::find(choices.begin(), choices.end(), value);
    if (found == choices.end()) {
      if (!failed_) fail_cell(column, "`" + value + "` is not one of the values that this column takes");
      return 0;
    }
    return static_cast<std::size_t>(found - choices.begin());
  }

  Origin origin() {
    Origin result;
    const std::string& list = text("verified");
    for (std::size_t at = 0; at < list.size();) {
      const std::size_t end = std::min(list.find(';', at), list.size());
      result.verified.push_back(list.substr(at, end - at));
      if (!table_.column(result.verified.back())) fail_cell("verified", "there is no column `" + result.verified.back() + "`");
      at = end + 1;
    }
    result.source = required("source");
    result.note = text("note");
    return result;
  }

  void fail_cell(std::string_view column, const std::string& message) {
    const std::string line = row_ == 0 ? "" : "line " + std::to_string(table_.lines[row_ - 1]) + ": ";
    fail(line + "column `" + std::string(column) + "`: " + message, {});
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  void fail(const std::string& message, std::string remedy) {
    if (failed_) return;
    failed_ = true;
    error_ = Error{file_ + " " + message, std::move(remedy)};
  }

  std::string file_;
  CsvTable table_;
  std::size_t row_ = 0;
  bool failed_ = false;
  Error error_;
};

template <class Entry>
const Entry* find_entry(const std::vector<Entry>& entries, std::string_view id) {
  for (const Entry& entry : entries)
    if (entry.id == id) return &entry;
  return nullptr;
}

/// Reads all rows of one table with `read` and refuses a second row of the same id.
template <class Entry, class Read>
Status read_table(std::string_view file, std::string_view text, std::vector<Entry>& entries, Read read) {
  TableReader reader(file, text);
  while (reader.next()) {
    Entry entry;
    entry.id = reader.required("id");
    read(reader, entry);
    entry.origin = reader.origin();
    if (find_entry(entries, entry.id) != nullptr) reader.fail_cell("id", "`" + entry.id + "` stands twice");
    entries.push_back(std::move(entry));
  }
  if (reader.failed()) return reader.error();
  return Done{};
}

void read_switch(TableReader& reader, SwitchModel& entry) {
  static constexpr std::string_view kModes[] = {"cut_through", "store_and_forward"};
  entry.vendor = reader.required("vendor");
  entry.model = reader.required("model");
  entry.protocol = reader.required("protocol");
  entry.ports = reader.count("ports");
  entry.port_rate = reader.rate("port_rate");
  entry.ports_400g = reader.count("ports_400g");
  entry.buffer = {reader.quantity("buffer", Dimension::bytes, false)};
  entry.latency = {reader.quantity("latency", Dimension::time, false, -1)};
  entry.mode = reader.choice("mode", kModes) == 0 ? ForwardingMode::cut_through : ForwardingMode::store_and_forward;
  entry.power_max = {reader.quantity("power_max", Dimension::power, false)};
  entry.rack_units = reader.count("rack_units", false);
}

void read_nic(TableReader& reader, NicModel& entry) {
  entry.vendor = reader.required("vendor");
  entry.model = reader.required("model");
  entry.ports = reader.count("ports");
  entry.port_rate = reader.rate("port_rate");
  entry.latency = {reader.quantity("latency", Dimension::time)};
}

void read_gpu(TableReader& reader, GpuEntry& entry) {
  entry.vendor = reader.required("vendor");
  entry.model.name = entry.id;
  entry.model.memory = {reader.quantity("memory", Dimension::bytes)};
  entry.model.memory_bytes_per_second = reader.real("memory_terabytes_per_second") * 1e12;
  entry.model.flops_bf16 = reader.real("bf16_dense_teraflops") * 1e12;
  entry.model.flops_fp8 = reader.real("fp8_dense_teraflops", false) * 1e12;
  entry.scale_up_rate = reader.rate("scale_up_rate");
  entry.power_max = {reader.quantity("power_max", Dimension::power)};
}

void read_server(TableReader& reader, ServerModel& entry) {
  entry.vendor = reader.required("vendor");
  entry.model = reader.required("model");
  entry.gpu = reader.required("gpu");
  entry.gpus = reader.count("gpus");
  entry.nic = reader.text("nic");
  entry.nics = reader.count("nics");
  entry.nic_rate = reader.rate("nic_rate");
  entry.power_max = {reader.quantity("power_max", Dimension::power, false)};
  entry.rack_units = reader.count("rack_units", false);
}

void read_optic(TableReader& reader, OpticModel& entry) {
  static constexpr std::string_view kMedia[] = {"copper", "mmf", "smf"};
  static constexpr std::string_view kReaches[] = {"reach_copper", "reach_om4", "reach_os2"};
  static constexpr std::string_view kAutomatic[] = {"", "yes"};
  entry.name = reader.required("name");
  entry.protocol = reader.required("protocol");
  entry.rate = reader.rate("rate");
  const std::size_t medium = reader.choice("medium", kMedia);
  entry.medium = std::string(kMedia[medium]);
  entry.reach = {reader.quantity(kReaches[medium], Dimension::length)};
  entry.fec_latency = {reader.quantity("fec_latency", Dimension::time)};
  entry.module_latency = {reader.quantity("module_latency", Dimension::time)};
  entry.fec = reader.required("fec");
  entry.automatic = reader.choice("automatic", kAutomatic) == 1;
}

void read_medium(TableReader& reader, MediumModel& entry) {
  entry.name = reader.required("name");
  entry.delay_per_kilometre = {reader.quantity("delay_per_kilometre", Dimension::time)};
}

}  // namespace

bool Origin::verifies(std::string_view column) const { return std::find(verified.begin(), verified.end(), column) != verified.end(); }

std::uint32_t SwitchModel::ports_at(BitRate rate) const {
  constexpr BitRate k400g{400'000'000'000};
  if (rate > port_rate || rate.bits_per_second == 0) return 0;
  return rate <= k400g ? std::max(ports, ports_400g) : ports;
}

Duration MediumModel::delay(Length length) const {
  constexpr std::int64_t kMillimetres = 1'000'000;  // in a kilometre; split there so that no product overflows
  const std::int64_t part = (length.mm % kMillimetres * delay_per_kilometre.ps + kMillimetres / 2) / kMillimetres;
  return {length.mm / kMillimetres * delay_per_kilometre.ps + part};
}

Result<Catalogue> Catalogue::load(const CatalogueTexts& texts) {
  Catalogue catalogue;
  const Status read[] = {
      read_table("switches.csv", texts.switches, catalogue.switches_, read_switch),
      read_table("nics.csv", texts.nics, catalogue.nics_, read_nic),
      read_table("gpus.csv", texts.gpus, catalogue.gpus_, read_gpu),
      read_table("servers.csv", texts.servers, catalogue.servers_, read_server),
      read_table("media.csv", texts.media, catalogue.media_, read_medium),
      read_table("optics.csv", texts.optics, catalogue.optics_, read_optic),
  };
  for (const Status& status : read)
    if (!status) return status.error();
  for (const ServerModel& server : catalogue.servers_) {
    if (catalogue.find_gpu(server.gpu) == nullptr)
      return Error{"servers.csv: server `" + server.id + "` has GPU `" + server.gpu + "`, which gpus.csv does not have", {}};
    if (!server.nic.empty() && catalogue.find_nic(server.nic) == nullptr)
      return Error{"servers.csv: server `" + server.id + "` has NIC `" + server.nic + "`, which nics.csv does not have", {}};
  }
  for (const OpticModel& optic : catalogue.optics_)
    if (catalogue.find_medium(optic.medium) == nullptr)
      return Error{"optics.csv: optic `" + optic.id + "` has medium `" + optic.medium + "`, which media.csv does not have", {}};
  return catalogue;
}

const SwitchModel* Catalogue::find_switch(std::string_view id) const { return find_entry(switches_, id); }
const NicModel* Catalogue::find_nic(std::string_view id) const { return find_entry(nics_, id); }
const GpuEntry* Catalogue::find_gpu(std::string_view id) const { return find_entry(gpus_, id); }
const ServerModel* Catalogue::find_server(std::string_view id) const { return find_entry(servers_, id); }
const OpticModel* Catalogue::find_optic(std::string_view id) const { return find_entry(optics_, id); }
const MediumModel* Catalogue::find_medium(std::string_view id) const { return find_entry(media_, id); }

CatalogueTexts builtin_catalogue_texts() {
  return {embedded::switches_csv, embedded::nics_csv, embedded::gpus_csv, embedded::servers_csv, embedded::optics_csv, embedded::media_csv};
}

Catalogue builtin_catalogue() {
  Result<Catalogue> catalogue = Catalogue::load(builtin_catalogue_texts());
  EASTWEST_CHECK(catalogue.has_value(), "the built-in catalogue does not load");
  return std::move(catalogue).value();
}

}  // namespace eastwest
