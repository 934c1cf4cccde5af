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

TEST_CASE("interleaved: every chunk's passes once and in order, the last stage of p = 2, v = 2 as in the paper's figure") {
  using Order = std::vector<PipelinePass>;
  // Stage 1 of 2, 2 micro-batches, 2 chunks: warm-up 0 x 2 + 1 x 2 = 2.
  CHECK(pipeline_order(1, 2, 2, 2) ==
        Order{{true, 0, 0}, {true, 1, 0}, {true, 0, 1}, {false, 0, 1}, {true, 1, 1}, {false, 1, 1}, {false, 0, 0}, {false, 1, 0}});
  for (std::uint32_t stages = 2; stages <= 4; ++stages)
    for (std::uint32_t chunks = 2; chunks <= 4; ++chunks)
      for (std::uint32_t micro_batches = stages; micro_batches <= 3 * stages; micro_batches += stages)
        for (std::uint32_t stage = 0; stage < stages; ++stage) {
          std::vector<std::uint32_t> forward(chunks, 0), backward(chunks, 0);
          std::uint32_t alive = 0, most = 0;
          for (const PipelinePass& pass : pipeline_order(stage, stages, micro_batches, chunks)) {
            std::uint32_t& next = (pass.forward ? forward : backward)[pass.chunk];
            REQUIRE(pass.micro_batch == next);
            ++next;
            REQUIRE(backward[pass.chunk] <= forward[pass.chunk]);
            alive += pass.forward ? 1u : 0u;
            most = std::max(most, alive);
            alive -= pass.forward ? 0u : 1u;
          }
          CHECK(alive == 0);
          CHECK(most == std::min(micro_batches * chunks, 2 * (stages - 1 - stage) + (chunks - 1) * stages + 1));
          for (std::uint32_t chunk = 0; chunk < chunks; ++chunk) CHECK(forward[chunk] == micro_batches);
        }
}
