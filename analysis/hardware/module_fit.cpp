// SPDX-License-Identifier: Apache-2.0
#include "analysis/hardware/module_fit.hpp"

namespace eastwest {

namespace {

// SFF-8024.
constexpr std::uint32_t kQsfp = 12, kQsfpPlus = 13, kQsfp28 = 17, kQsfpDd = 24, kOsfp = 25, kQsfpCmis = 30;
constexpr std::uint32_t kLc = 7, kMpo12 = 12, kMpo16Two = 13, kMpo16 = 39, kMpo12Two = 40;

}  // namespace

std::string module_misfit(const ModuleReading& module, const OpticModel& planned, std::string_view cage_type) {
  const std::uint32_t form = module.identifier.value_or(0);
  const bool qsfp = form == kQsfp || form == kQsfpPlus || form == kQsfp28 || form == kQsfpDd || form == kQsfpCmis;
  const bool takes_qsfp = cage_type.find("QSFP") != std::string_view::npos;
  const bool takes_osfp = cage_type.find("OSFP") != std::string_view::npos;
  if (qsfp && takes_osfp && !takes_qsfp) return "a QSFP does not go into an " + std::string(cage_type) + " cage";
  if (form == kOsfp && takes_qsfp && !takes_osfp) return "an OSFP does not go into a " + std::string(cage_type) + " cage";
  if ((form == kQsfpPlus || form == kQsfp28) && planned.rate.bits_per_second > 100'000'000'000) return "its form carries at most 100 Gb/s";
  const std::uint32_t plug = module.connector.value_or(0);
  const bool mpo = plug == kMpo12 || plug == kMpo16Two || plug == kMpo16 || plug == kMpo12Two;
  if (plug == kLc && planned.connector.find("MPO") != std::string::npos) return "its plug is LC, planned is " + planned.connector;
  if (mpo && planned.connector.find("LC") != std::string::npos) return "its plug is MPO, planned is " + planned.connector;
  return {};
}

}  // namespace eastwest
