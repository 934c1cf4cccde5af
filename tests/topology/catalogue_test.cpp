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
  CHECK(catalogue.fibres().size() == 7);
  CHECK(catalogue.connections().size() == 11);
  CHECK(catalogue.cable_constructions().size() == 18);
  CHECK(catalogue.pathways().size() == 6);
  check_origins(catalogue.fibres());
  check_origins(catalogue.connections());
  check_origins(catalogue.cable_constructions());
  check_origins(catalogue.pathways());
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

TEST_CASE("catalogue: what the plant needs of optics, switches, NICs and servers") {
  const Catalogue& catalogue = test_catalogue();
  const OpticModel& dr4 = *catalogue.find_optic("400g-dr4");
  CHECK(dr4.media_lanes == 4);
  CHECK(dr4.lane_gigabaud == 53.125);
  CHECK(dr4.modulation == Modulation::pam4);
  CHECK(dr4.wavelengths_nm == std::vector<std::uint32_t>{1310});
  CHECK(dr4.connector == "MPO-12/APC");
  CHECK(dr4.fibres == 8);
  CHECK(dr4.reach_os2 == Length{500'000});
  CHECK(dr4.reach_om4 == Length{0});
  CHECK(*dr4.transmit_oma_min_dbm == -0.8);
  CHECK(*dr4.receive_sensitivity_oma_dbm == -4.4);
  CHECK(dr4.loss_max == Loss{3'000});
  CHECK(dr4.pre_fec_ber == 2.4e-4);
  CHECK(dr4.fec_fill == Duration{25'600});
  CHECK(dr4.power_typical == Power{9'000});
  CHECK(dr4.power_max == Power{12'000});
  CHECK(dr4.form_factors == std::vector<std::string>{"QSFP-DD", "OSFP", "QSFP112"});
  CHECK(dr4.sff8024_id == 0x18);
  CHECK(dr4.cmis_media_type == 2);
  CHECK(dr4.cmis_media_id == 28);
  CHECK(dr4.origin.verifies("tx_oma_min_dbm"));
  CHECK(!dr4.origin.verifies("loss_max"));
  CHECK(catalogue.find_optic("400g-sr4.2")->wavelengths_nm == std::vector<std::uint32_t>{850, 910});
  CHECK(catalogue.find_optic("400g-fr4")->wavelengths_nm == std::vector<std::uint32_t>{1271, 1291, 1311, 1331});
  CHECK(catalogue.find_optic("400g-sr4")->loss_max_om3 == Loss{1'700});
  CHECK(catalogue.find_optic("100g-lr4")->modulation == Modulation::nrz);
  CHECK(!catalogue.find_optic("dac-400g")->transmit_oma_min_dbm.has_value());
  CHECK(catalogue.find_optic("ib-hdr-sr4")->fec_fill.ps < 0);
  const SwitchModel& qm9700 = *catalogue.find_switch("nv-qm9700");
  CHECK(qm9700.cages == 32);
  CHECK(qm9700.cage_type == "OSFP twin");
  CHECK(qm9700.cage_power == Power{17'000});
  CHECK(qm9700.power_typical == Power{747'000});
  CHECK(qm9700.weight_kg == 14.8);
  CHECK(catalogue.find_nic("cx7")->cage == "OSFP or QSFP112");
  CHECK(catalogue.find_nic("cx7")->power_max == Power{30'000});
  const ServerModel& dgx = *catalogue.find_server("dgx-b200");
  CHECK(dgx.nic_cages == "4xOSFP twin");
  CHECK(dgx.north_south_nics == 2);
  CHECK(dgx.north_south_rate == BitRate{400'000'000'000});
  CHECK(dgx.cooling == "air");
  CHECK(catalogue.find_server("p5-48xlarge")->north_south_nics == 0);
}

TEST_CASE("catalogue: connections are found by element, connector, medium and grade") {
  const Catalogue& catalogue = test_catalogue();
  CHECK(catalogue.find_connection("mated_pair", "MPO", "smf", "low_loss")->loss_max == Loss{350});
  CHECK(catalogue.find_connection("mated_pair", "MPO", "mmf", "standard")->loss_max == Loss{750});
  CHECK(catalogue.find_connection("mated_pair", "LC", "smf", "low_loss")->loss_max == Loss{250});
  CHECK(catalogue.find_connection("fusion_splice", "", "smf", "low_loss")->loss_max == Loss{100});
  CHECK(catalogue.find_connection("mechanical_splice", "", "mmf", "standard")->loss_max == Loss{300});
  CHECK(catalogue.find_connection("mechanical_splice", "", "mmf", "low_loss") == nullptr);
  for (const ConnectionModel& row : catalogue.connections()) {
    CAPTURE(row.id);
    CHECK(row.loss_mean.mdb + 2 * row.loss_sigma.mdb <= row.loss_max.mdb);
  }
  for (const FibreModel& fibre : catalogue.fibres())
    for (const FibreWindow& window : fibre.windows) CHECK(window.attenuation_typical_db_per_km <= window.attenuation_max_db_per_km);
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
  CHECK(load_error(&CatalogueTexts::fibres, "850;1300,3.0;1.5", "850;1300,3.0") ==
        "fibres.csv line 2: column `wavelength_nm`: attenuation_max, attenuation_typical and group_index need one number for each "
        "wavelength");
  CHECK(load_error(&CatalogueTexts::fibres, "850;1300,3.0;1.5", "1300;850,3.0;1.5") ==
        "fibres.csv line 2: column `wavelength_nm`: the wavelengths do not ascend");
  CHECK(load_error(&CatalogueTexts::connections, "mated_pair,MPO", "mated pair,MPO") ==
        "connections.csv line 2: column `element`: `mated pair` is not one of the values that this column takes");
  CHECK(load_error(&CatalogueTexts::cable_constructions, "acc-800g,,", "acc-900g,,") ==
        "cable_constructions.csv: `acc-800g` names optic `acc-900g`, which optics.csv does not have");
  CHECK(load_error(&CatalogueTexts::pathways, "0.25,0.4,0.5", "0.45,0.4,0.5") ==
        "pathways.csv line 2: column `fill_max`: the shares are not initial <= max <= absolute <= 1");
  CHECK(load_error(&CatalogueTexts::optics, "0x11,1,9", "0x1G,1,9") == "optics.csv line 2: column `sff8024_id`: `0x1G` is not a code");
  CHECK(load_error(&CatalogueTexts::media, "delay_per_kilometre,S-NV8", "delay_per_mile,S-NV8") ==
        "media.csv line 4: column `verified`: there is no column `delay_per_mile`");
  CHECK(load_error(&CatalogueTexts::media, ",GK,index", ",,index") == "media.csv line 2: column `source`: the cell is empty");
}

}  // namespace
}  // namespace eastwest::tests
