// SPDX-License-Identifier: Apache-2.0
// Law (1F1B): every stage runs every micro-batch forward once and backward once, a backward after its forward, both in
// order; stage i never holds more than p - i activations; the last stage alternates from the start.
#include "workloads/models/pipeline_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace eastwest;

TEST_CASE("every order holds each pass once, in order, with at most p - i activations alive") {
  for (std::uint32_t stages = 1; stages <= 6; ++stages)
    for (std::uint32_t micro_batches = 1; micro_batches <= 9; ++micro_batches)
      for (std::uint32_t stage = 0; stage < stages; ++stage) {
        CAPTURE(stages);
        CAPTURE(micro_batches);
        CAPTURE(stage);
        std::uint32_t forward = 0;
        std::uint32_t backward = 0;
        std::uint32_t alive_most = 0;
        for (const PipelinePass& pass : pipeline_order(stage, stages, micro_batches)) {
          std::uint32_t& next = pass.forward ? forward : backward;
          REQUIRE(pass.micro_batch == next);
          ++next;
          REQUIRE(backward <= forward);
          alive_most = std::max(alive_most, forward - backward);
        }
        CHECK(forward == micro_batches);
        CHECK(backward == micro_batches);
        CHECK(alive_most == std::min(micro_batches, stages - stage));
      }
}

TEST_CASE("the textbook picture: 2 stages, 3 micro-batches") {
  using Order = std::vector<PipelinePass>;
  CHECK(pipeline_order(0, 2, 3) == Order{{true, 0}, {true, 1}, {false, 0}, {true, 2}, {false, 1}, {false, 2}});
  CHECK(pipeline_order(1, 2, 3) == Order{{true, 0}, {false, 0}, {true, 1}, {false, 1}, {true, 2}, {false, 2}});
}
