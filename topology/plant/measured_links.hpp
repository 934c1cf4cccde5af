// SPDX-License-Identifier: Apache-2.0
// Measured links: what a test set, a switch or a NIC said of cables, in place of what the design says.
//
// CSV with a header, one measurement a row: `cable_id` and one or more of
//   loss_db      insertion loss of the channel; the rest of its power budget is the margin
//   pre_fec_ber  bit error rate before any correction, as the module counts it; stands for the margin that gives it, above the floor of its receiver
//   frame_loss   probability that a frame is lost; above 0 it stands for the margin that gives it
// Optional: `direction` (AB from the cable's end a to b, BA, or empty for both), `fibre`, `wavelength_nm`, and the other columns of a
// canonical loss test (OLTS), which are read over: length_m, limit_db, margin_db (to the test's limit, which is no power budget), orl_db,
// result, limit_name, instrument, serial, operator, tested_at.
// The worst fibre and the worst wavelength of a direction count: what light of any lane meets, all frames meet. What was measured of a
// direction replaces the design there; frame loss stands above error rate, and that above loss. Units: dB, probability.
// Source: the canonical form of the plant's loss tests, docs/plant.md; two wavelengths give the worse loss (test set manuals).
// LIMITATIONS: unequal lanes count as if all were as the worst.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/quantity.hpp"
#include "topology/catalogue.hpp"
#include "topology/fabric.hpp"

namespace eastwest {

enum class MeasuredDirection : std::uint8_t { both, a_to_b, b_to_a };

struct MeasuredLink {
  std::string cable;  // Cable::name
  MeasuredDirection direction = MeasuredDirection::both;
  std::optional<double> loss_db;
  std::optional<double> pre_fec_ber;
  std::optional<double> frame_loss;
  Place place;
};

/// All rows of the table called `file` in messages. Everything that is wrong with it goes to `diagnostics`.
std::vector<MeasuredLink> read_measured_links(std::string_view text, const std::string& file, Diagnostics& diagnostics);

/// Writes margin, error rate and frame loss of every measured cable into `fabric`. `budget_db` is the power budget of each cable's optics,
/// by cable, NaN where it is not known: a measured loss there is an error, as are cables that the fabric has not. The frame loss is that
/// of a frame of `frame` bytes.
void apply_measured_links(const std::vector<MeasuredLink>& measured, const Catalogue& catalogue, std::span<const double> budget_db,
                          Bytes frame, Fabric& fabric, Diagnostics& diagnostics, double margin_exponent = 1);

}  // namespace eastwest
