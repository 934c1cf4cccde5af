// SPDX-License-Identifier: Apache-2.0
#include "tests/support/slurm_cluster.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/run_program.hpp"

namespace eastwest::tests {
namespace {

namespace fs = std::filesystem;

std::string short_host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  const std::string full = name.data();
  return full.substr(0, full.find('.'));
}

std::string configuration(const std::string& folder, unsigned nodes, unsigned port) {
  const std::string host = short_host_name();
  std::string text = "ClusterName=eastwest\nSlurmctldHost=" + host + "(127.0.0.1)\nSlurmctldPort=" + std::to_string(port) + "\n";
  for (const char* line : {"AuthType=auth/munge",
                           "AuthInfo=socket=@/munge/munge.socket",
                           "CredType=cred/munge",
                           "SlurmUser=root",
                           "SlurmdUser=root",
                           "StateSaveLocation=@/state",
                           "SlurmdSpoolDir=@/spool/%n",
                           "SlurmctldPidFile=@/slurmctld.pid",
                           "SlurmdPidFile=@/slurmd-%n.pid",
                           "SlurmctldLogFile=@/log/slurmctld.log",
                           "SlurmdLogFile=@/log/slurmd-%n.log",
                           "ProctrackType=proctrack/linuxproc",
                           "TaskPlugin=task/none",
                           "JobAcctGatherType=jobacct_gather/none",
                           "AccountingStorageType=accounting_storage/none",
                           "JobCompType=jobcomp/filetxt",
                           "JobCompLoc=@/log/jobcomp.log",
                           "MpiDefault=none",
                           "SelectType=select/cons_tres",
                           "SelectTypeParameters=CR_CPU",
                           "SchedulerType=sched/backfill",
                           "SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1",
                           "ReturnToService=2",
                           "SlurmdParameters=config_overrides",
                           "SlurmdTimeout=10",
                           "KillWait=2",
                           "MinJobAge=600",
                           "MaxArraySize=10001",
                           "MaxJobCount=20000"}) {
    std::string filled = line;
    for (std::size_t at = filled.find('@'); at != std::string::npos; at = filled.find('@', at)) filled.replace(at, 1, folder);
    text += filled + "\n";
  }
  const std::string last = std::to_string(nodes);
  return text + "NodeName=n[1-" + last + "] NodeHostname=" + host + " NodeAddr=127.0.0.1 Port=[" + std::to_string(port + 1) + "-" +
         std::to_string(port + nodes) + "] CPUs=2 State=UNKNOWN\nPartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n";
}

bool names_node(const fs::path& process, const std::string& wanted) {
  std::ifstream in(process / "environ", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return text.find(std::string("SLURMD_NODENAME=") + wanted + '\0') != std::string::npos;
}

int parent_of(int process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("PPid:")) return std::stoi(line.substr(5));
  return 0;
}

std::string name_of(int process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  std::getline(in, name);
  return name;
}

}  // namespace

std::vector<std::string> SlurmCluster::environment() const { return {"SLURM_CONF=" + folder_.file("slurm.conf")}; }

int SlurmCluster::pid_of(const std::string& file) const {
  std::ifstream in(folder_.file(file));
  int pid = 0;
  in >> pid;
  return pid;
}

std::unique_ptr<SlurmCluster> SlurmCluster::start(unsigned nodes, std::string& why_not) {
  if (geteuid() != 0) {
    why_not = "a cluster of one's own needs root";
    return nullptr;
  }
  for (const char* program : {"slurmctld", "slurmd", "sbatch", "munged"})
    if (run_command({"sh", "-c", std::string("command -v ") + program}).exit_code != 0) {
      why_not = std::string(program) + " is not installed (packages slurm-wlm and munge)";
      return nullptr;
    }
  std::unique_ptr<SlurmCluster> cluster(new SlurmCluster);
  cluster->nodes_ = nodes;
  const std::string folder = cluster->folder_.path().string();
  chmod(folder.c_str(), 0755);
  for (const char* name : {"state", "log", "munge", "spool"}) fs::create_directories(folder + "/" + name);
  for (unsigned n = 1; n <= nodes; ++n) fs::create_directories(folder + "/spool/n" + std::to_string(n));
  // Ports of our own, so that two test runs on one machine do not meet; below those that Linux hands out by itself.
  const unsigned port = 20000 + static_cast<unsigned>(getpid()) % 750 * 16;
  cluster->folder_.write("slurm.conf", configuration(folder, nodes, port));
  const auto shell = [&](const std::string& command) {
    ProgramOptions options;
    options.environment = cluster->environment();
    options.timeout_s = 30;
    return run_command({"sh", "-c", command}, options);
  };
  const std::string munge = "head -c 128 /dev/urandom > " + folder + "/munge.key && chown munge " + folder + "/munge.key " + folder +
                            "/munge && chmod 400 " + folder + "/munge.key && su -s /bin/sh munge -c 'munged --key-file=" + folder +
                            "/munge.key --socket=" + folder + "/munge/munge.socket --pid-file=" + folder +
                            "/munge/munged.pid --log-file=" + folder + "/munge/munged.log --seed-file=" + folder + "/munge/munged.seed'";
  const auto failed = [&](const ProgramResult& result, const char* what) {
    if (result.exit_code == 0) return false;
    why_not = std::string(what) + " does not start: " + result.errors;
    return true;
  };
  if (failed(shell(munge), "munged") || failed(shell("slurmctld -f " + folder + "/slurm.conf"), "slurmctld")) return nullptr;
  for (unsigned n = 1; n <= nodes; ++n)
    if (failed(shell("slurmd -N n" + std::to_string(n) + " -f " + folder + "/slurm.conf"), "slurmd")) return nullptr;
  for (int wait = 0; wait < 200; ++wait) {
    std::istringstream states(shell("sinfo -h -N -o %t").output);
    unsigned idle = 0;
    for (std::string state; states >> state;) idle += state == "idle" ? 1 : 0;
    if (idle == nodes) return cluster;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  why_not = "the nodes do not become idle: " + shell("sinfo").output;
  return nullptr;
}

SlurmCluster::~SlurmCluster() {
  for (unsigned n = 1; n <= nodes_; ++n)
    for (const int task : tasks_on(n)) kill(task, SIGKILL);
  std::vector<std::string> files = {"slurmctld.pid", "munge/munged.pid"};
  for (unsigned n = 1; n <= nodes_; ++n) files.push_back("slurmd-n" + std::to_string(n) + ".pid");
  for (const std::string& file : files)
    if (const int pid = pid_of(file); pid > 1) kill(pid, SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // until nothing writes into the folder any more
}

std::vector<int> SlurmCluster::tasks_on(unsigned number) const {
  std::vector<int> found;
  const std::string configuration = folder_.file("slurm.conf");
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos || !names_node(entry.path(), "n" + std::to_string(number))) continue;
    std::ifstream in(entry.path() / "environ", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (text.find(configuration) != std::string::npos) found.push_back(std::stoi(name));  // of this cluster
  }
  return found;
}

void SlurmCluster::crash_node(unsigned number) const {
  std::vector<int> victims = {pid_of("slurmd-n" + std::to_string(number) + ".pid")};
  for (const int task : tasks_on(number)) {
    // The step's daemon first: it would tell the controller how its task ended.
    if (const int parent = parent_of(task); name_of(parent).starts_with("slurmstepd")) victims.push_back(parent);
    victims.push_back(task);
  }
  for (const int victim : victims)
    if (victim > 1) kill(victim, SIGKILL);
  ProgramOptions options;
  options.environment = environment();
  run_command({"scontrol", "update", "nodename=n" + std::to_string(number), "state=down", "reason=power"}, options);
}

std::string SlurmCluster::completed_jobs() const {
  std::error_code code;
  return fs::exists(folder_.file("log/jobcomp.log"), code) ? read_file(folder_.file("log/jobcomp.log")) : std::string();
}

}  // namespace eastwest::tests
