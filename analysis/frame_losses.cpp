// SPDX-License-Identifier: Apache-2.0
#include "analysis/frame_losses.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace eastwest {

std::vector<std::uint32_t> lossiest_links(const std::vector<LinkTotal>& links, std::size_t count) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < links.size(); ++i)
    if (links[i].frames_lost_expected > 0 || links[i].frames_lost > 0) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return links[a].frames_lost_expected > links[b].frames_lost_expected; });
  order.resize(std::min(order.size(), count));
  return order;
}

double mean_frame_loss(const LinkTotal& link) {
  return link.frames == 0 ? 0 : std::min(1.0, link.frames_lost_expected / static_cast<double>(link.frames));
}

bool too_rare_to_sample(const Counters& counters) {
  return counters.frames_lost_expected > 0 && counters.frames_lost_expected < kLossesToTrust;
}

LossOutlook loss_outlook(const Counters& counters, const std::vector<LinkTotal>& links, Time simulated, Duration timeout) {
  LossOutlook outlook;
  const double per_hour = counters.frames_lost_expected / simulated.seconds() * 3600;
  if (per_hour < 1) outlook.hours = std::pow(10.0, std::ceil(-std::log10(per_hour)));
  outlook.frames = per_hour * outlook.hours;
  const std::vector<std::uint32_t> worst = lossiest_links(links, 1);
  if (worst.empty()) return outlook;
  outlook.worst = worst.front();
  outlook.frame_loss = mean_frame_loss(links[outlook.worst]);
  outlook.delay_seconds = outlook.frame_loss * timeout.seconds();
  return outlook;
}

std::string significant(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string rare_loss_text(const LossOutlook& outlook) {
  char hours[40];
  std::snprintf(hours, sizeof hours, outlook.hours < 1e9 ? "%.0f" : "%.0e", outlook.hours);
  return "too rare to sample in this run: expected " + significant(outlook.frames) + " in " + hours +
         (outlook.hours == 1 ? " hour" : " hours") + " of the same traffic";
}

std::string expected_delay_text(const LossOutlook& outlook, Duration timeout) {
  return "a message that loses its last packet waits for the retransmission timeout: expected delay over the worst link " +
         significant(outlook.frame_loss) + " x " + to_readable(timeout) + " = " + significant(outlook.delay_seconds) + " s a message";
}

}  // namespace eastwest
