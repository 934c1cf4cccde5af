// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/topology/built_fabric.hpp"

namespace eastwest::tests {
namespace {

/// The built-in tables with one text replaced once, and what loading them then says.
std::string load_error(std::string_view CatalogueTexts::* table, std::string_view from, std::string_view to) {
  CatalogueTexts texts = builtin_catalogue_texts();
  std::string text(texts.*table);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  texts.*table = text;
  const Result<Catalogue> catalogue = Catalogue::load(texts);
  return catalogue ? "loads" : catalogue.error().message;
}

template <class Entry>
void check_origins(std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    CAPTURE(entry.id);
    CHECK(!entry.origin.source.empty());
    // A row that verifies nothing must not look as if it did.
    if (entry.origin.verified.empty())
      CHECK((entry.origin.source.find("GK") != std::string::npos || entry.origin.source.find("S-") != std::string::npos));
    for (const std::string& column : entry.origin.verified) CHECK(entry.origin.verifies(column));
    CHECK(!entry.origin.verifies("no such column"));
  }
}

TEST_CASE("catalogue: the built-in tables load and keep every row") {
  const Catalogue& catalogue = test_catalogue();
  CHECK(catalogue.switches().size() == 21);
  CHECK(catalogue.nics().size() == 12);
  CHECK(catalogue.gpus().size() == 15);
  CHECK(catalogue.servers().size() == 18);
  CHECK(catalogue.optics().size() == 47);
  CHECK(catalogue.media().size() == 4);
  check_origins(catalogue.switches());
  check_origins(catalogue.nics());
  check_origins(catalogue.gpus());
  check_origins(catalogue.servers());
  check_origins(catalogue.optics());
  check_origins(catalogue.media());
}

TEST_CASE("catalogue: figures of well-known rows") {
  const Catalogue& catalogue = test_catalogue();
  const SwitchModel* qm9700 = catalogue.find_switch("nv-qm9700");
  REQUIRE(qm9700 != nullptr);
  CHECK(qm9700->ports == 64);
  CHECK(qm9700->port_rate == BitRate{400'000'000'000});
  CHECK(qm9700->latency == Duration{150'000});
  CHECK(qm9700->buffer == Bytes{0});
  CHECK(qm9700->origin.verifies("latency"));
  CHECK(!qm9700->origin.verifies("power_max"));
  const SwitchModel* jericho = catalogue.find_switch("ar-7280r3a");
  REQUIRE(jericho != nullptr);
  CHECK(jericho->mode == ForwardingMode::store_and_forward);
  CHECK(catalogue.find_switch("nv-sn5600")->latency.ps < 0);
  const GpuEntry* h100 = catalogue.find_gpu("h100-sxm");
  REQUIRE(h100 != nullptr);
  CHECK(h100->model.flops_bf16 == doctest::Approx(989e12));
  CHECK(h100->model.memory_bytes_per_second == doctest::Approx(3.35e12));
  CHECK(h100->model.memory == Bytes{80'000'000'000});
  CHECK(h100->scale_up_rate == BitRate{3'600'000'000'000});  // 900 GB/s both ways, half of it each way
  CHECK(catalogue.find_gpu("a100-80")->model.flops_fp8 == 0);
  const ServerModel* dgx = catalogue.find_server("dgx-h100");
  REQUIRE(dgx != nullptr);
  CHECK(dgx->gpus == 8);
  CHECK(dgx->nics == 8);
  CHECK(catalogue.find_nic(dgx->nic)->latency == Duration{600'000});
  CHECK(catalogue.find_switch("nv-qm97000") == nullptr);
}

TEST_CASE("catalogue: ports at a rate follow the split of cages") {
  const Catalogue& catalogue = test_catalogue();
  const SwitchModel& sn5600 = *catalogue.find_switch("nv-sn5600");
  CHECK(sn5600.ports_at({800'000'000'000}) == 64);
  CHECK(sn5600.ports_at({400'000'000'000}) == 128);
  CHECK(sn5600.ports_at({100'000'000'000}) == 128);
  CHECK(sn5600.ports_at({1'600'000'000'000}) == 0);
  CHECK(sn5600.ports_at({0}) == 0);
  CHECK(catalogue.find_switch("nv-q3400-ra")->ports_at({400'000'000'000}) == 144);
}

TEST_CASE("catalogue: delay of media is length times group index over c") {
  // 100 m of single-mode fibre at 1310 nm: 489.54 ns with index 1.4676 and c = 299 792 458 m/s.
  CHECK(test_catalogue().find_medium("smf")->delay({100'000}) == Duration{489'539});
  CHECK(test_catalogue().find_medium("mmf")->delay({100'000}) == Duration{494'342});
  CHECK(test_catalogue().find_medium("copper")->delay({3'000}) == Duration{13'500});
  CHECK(test_catalogue().find_medium("smf")->delay({10'000'000}) == Duration{48'953'870});  // 10 km
  CHECK(test_catalogue().find_medium("smf")->delay({0}) == Duration{0});
}

TEST_CASE("catalogue: a broken table is told with file and line and column") {
  CHECK(load_error(&CatalogueTexts::switches, "40,200 Gb/s,0", "40,200,0")
            .starts_with("switches.csv line 2: column `port_rate`: `200` has no unit"));
  CHECK(load_error(&CatalogueTexts::switches, "nv-qm9700,", "nv-qm8700,") == "switches.csv line 3: column `id`: `nv-qm8700` stands twice");
  CHECK(load_error(&CatalogueTexts::switches, ",buffer,", ",buffers,") == "switches.csv column `buffer` is missing");
  CHECK(load_error(&CatalogueTexts::switches, "cut_through", "cut through") ==
        "switches.csv line 2: column `mode`: `cut through` is not one of the values that this column takes");
  CHECK(load_error(&CatalogueTexts::nics, "cx6-dx,NVIDIA,ConnectX-6 Dx,2", "cx6-dx,NVIDIA,ConnectX-6 Dx,two") ==
        "nics.csv line 2: column `ports`: `two` is not a count");
  CHECK(load_error(&CatalogueTexts::nics, "cx6-dx,NVIDIA", "cx6-dx,") == "nics.csv line 2: column `vendor`: the cell is empty");
  CHECK(load_error(&CatalogueTexts::gpus, ",2.04,", ",fast,") ==
        "gpus.csv line 2: column `memory_terabytes_per_second`: `fast` is not a number");
  CHECK(load_error(&CatalogueTexts::gpus, "2400 Gb/s,NVLink3", "-2400 Gb/s,NVLink3") ==
        "gpus.csv line 2: column `scale_up_rate`: `-2400 Gb/s` is negative");
  CHECK(load_error(&CatalogueTexts::servers, "a100-80", "a100-81") ==
        "servers.csv: server `dgx-a100` has GPU `a100-81`, which gpus.csv does not have");
  CHECK(load_error(&CatalogueTexts::servers, "cx6-hdr", "cx6") ==
        "servers.csv: server `dgx-a100` has NIC `cx6`, which nics.csv does not have");
  CHECK(load_error(&CatalogueTexts::media, "mmf,", "om4,") ==
        "optics.csv: optic `100g-sr4` has medium `mmf`, which media.csv does not have");
  CHECK(load_error(&CatalogueTexts::media, "delay_per_kilometre,S-NV8", "delay_per_mile,S-NV8") ==
        "media.csv line 4: column `verified`: there is no column `delay_per_mile`");
  CHECK(load_error(&CatalogueTexts::media, ",GK,index", ",,index") == "media.csv line 2: column `source`: the cell is empty");
}

}  // namespace
}  // namespace eastwest::tests
