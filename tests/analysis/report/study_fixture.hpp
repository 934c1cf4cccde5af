// SPDX-License-Identifier: Apache-2.0
// For tests of study pages: small studies of every kind as the texts of their files, with figures that can be reckoned by hand.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "analysis/report/study_record.hpp"

namespace eastwest::tests {

inline std::string study_head(const std::string& kind, int points, int replications = 2, const std::string& more = "") {
  return "# identity: 00\n# eastwest 0.1.0\n# points: " + std::to_string(points) + "\nstudy: " + kind + "\nname: small\ndescription: a " +
         kind + " to test\nreplications: " + std::to_string(replications) + "\n" + more;
}

/// As read from points.csv; `columns` are the wanted ones too.
inline StudyRecord record_from(const std::string& head, const std::string& points, bool whole = true) {
  StudyRecord record;
  Diagnostics diagnostics;
  read_study_head(head, "study.yaml", record, diagnostics);
  read_study_points(points, "points.csv", whole, record, diagnostics);
  REQUIRE_MESSAGE(!diagnostics.has_errors(), diagnostics.print());
  record.finished = whole;
  record.study_text = head;
  for (std::size_t c = 0; c < record.columns.size(); ++c) record.wanted.push_back(c);
  return record;
}

/// b is 20 % slower than a in every seed when training, and the same within the seeds' scatter when serving; it has half the switches.
inline StudyRecord small_compare() {
  return record_from(study_head("compare", 4),
                     "point,replication,seed,design,workload,outcome,diagnosis,digest,simulated_s,train.step_time_mean_s,serve.ttft_p99_s,"
                     "site.switches\n"
                     "0,0,1,a,busy,complete,,d,1,1,0.1,10\n0,1,2,a,busy,complete,,d,1,1.1,0.2,10\n"
                     "1,0,1,a,calm,complete,,d,1,1,0.1,10\n1,1,2,a,calm,complete,,d,1,1.1,0.2,10\n"
                     "2,0,1,b,busy,complete,,d,1,1.2,0.2,5\n2,1,2,b,busy,complete,,d,1,1.3,0.1,5\n"
                     "3,0,1,b,calm,complete,,d,1,1.2,0.1,5\n3,1,2,b,calm,complete,,d,1,1.3,0.2,5\n");
}

/// Of three cables two stop the work, one costs 50 %; without new routes the switch stops it too.
inline StudyRecord small_failure() {
  return record_from(study_head("failure", 9, 1),
                     "point,replication,seed,failed,routing,outcome,diagnosis,digest,simulated_s,train.step_time_mean_s\n"
                     "0,0,1,none,rerouted,complete,,d,1,1\n"
                     "1,0,1,cable one,rerouted,complete,,d,1,1.5\n2,0,1,cable one,not rerouted,stalled,no way,,1,\n"
                     "3,0,1,cable two,rerouted,stalled,no way,,1,\n4,0,1,cable two,not rerouted,stalled,no way,,1,\n"
                     "5,0,1,cable three,rerouted,stalled,no way,,1,\n6,0,1,cable three,not rerouted,stalled,no way,,1,\n"
                     "7,0,1,switch leaf,rerouted,complete,,d,1,1\n8,0,1,switch leaf,not rerouted,stalled,no way,,1,\n");
}

inline StudyRecord small_growth() {
  return record_from(study_head("growth", 6, 2),
                     "point,replication,seed,phase,workload,outcome,diagnosis,digest,simulated_s,train.step_time_mean_s,site.gpus,"
                     "site.cables,site.cost\n"
                     "0,0,1,32 GPUs,same,complete,,d,1,2,32,64,3200\n0,1,2,32 GPUs,same,complete,,d,1,2,32,64,3200\n"
                     "1,0,1,32 GPUs,grows,complete,,d,1,1,32,64,3200\n1,1,2,32 GPUs,grows,complete,,d,1,1,32,64,3200\n"
                     "2,0,1,64 GPUs,same,complete,,d,1,1,64,128,4800\n2,1,2,64 GPUs,same,complete,,d,1,1,64,128,4800\n"
                     "3,0,1,64 GPUs,grows,complete,,d,1,1.1,64,128,4800\n3,1,2,64 GPUs,grows,complete,,d,1,1.1,64,128,4800\n"
                     "4,0,1,128 GPUs,same,complete,,d,1,0.5,128,256,6400\n4,1,2,128 GPUs,same,complete,,d,1,0.5,128,256,6400\n"
                     "5,0,1,128 GPUs,grows,complete,,d,1,1.2,128,256,6400\n5,1,2,128 GPUs,grows,complete,,d,1,1.2,128,256,6400\n");
}

/// Costs 100 to 300: the cheapest breaks the limit of 1 s, two keep it, of which one is dominated, and one has no result.
inline StudyRecord small_search() {
  return record_from(study_head("search", 4, 1, "at_most:\n  train.step_time_mean_s: 1\n"),
                     "point,replication,seed,fabric,outcome,diagnosis,digest,simulated_s,train.step_time_mean_s,site.cost\n"
                     "0,0,1,lean,complete,,d,1,1.2,100\n1,0,1,right,complete,,d,1,0.9,200\n2,0,1,rich,complete,,d,1,0.95,300\n"
                     "3,0,1,none,refused,too few ports,,0,,250\n");
}

inline StudyRecord small_sweep() {
  std::string rows =
      "point,replication,seed,network.routing,jobs.a.size,outcome,diagnosis,digest,simulated_s,a.busbw_GBps,a.collective_time_mean_s\n";
  const char* sizes[] = {"1 MiB", "16 MiB", "256 MiB"};
  for (int p = 0; p < 6; ++p)
    for (int r = 0; r < 2; ++r)
      rows += std::to_string(p) + "," + std::to_string(r) + "," + std::to_string(r + 1) + "," + (p < 3 ? "ecmp" : "spray") + "," +
              sizes[p % 3] + ",complete,,d,1," + std::to_string(10 * (p + 1) + r) + "," + std::to_string(0.1 * (6 - p)) + "\n";
  return record_from(study_head("sweep", 6, 2, "grid:\n  network.routing: [ecmp, spray]\n"), rows);
}

}  // namespace eastwest::tests
