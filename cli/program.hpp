// SPDX-License-Identifier: Apache-2.0
// What the verbs of the program share: exit codes, how mistakes are printed, and one function per verb.
//
// Convention: results go to standard output, everything else to standard error, so that output can be piped.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/result.hpp"

namespace eastwest::cli {

enum ExitCode : int {
  kExitDone = 0,
  kExitVerdict = 1,     // a check or sanity verdict failed
  kExitInput = 2,       // bad input; nothing was written
  kExitUnfinished = 3,  // stalled or could not finish
  kExitInterrupted = 130,
};

/// Prints all diagnostics to standard error; returns whether one of them is an error.
bool print_diagnostics(const Diagnostics& diagnostics);
/// Prints one error to standard error.
void print_error(const Error& error);

struct ServeArguments {
  std::string listen = "127.0.0.1:8080";
  std::string results;
  std::string token_file;
  unsigned runs = 1;
  unsigned threads = 0;
};

struct RunArguments {
  std::string scenario;  // a YAML file, or a trace to run again
  std::string output;    // "": the scenario's name with .h5 in the current folder
  bool no_trace = false;
  unsigned threads = 0;  // 0: all of the machine
  unsigned domains = 0;  // 0: chosen by the engine
  std::vector<std::string> overrides;
  bool json = false;
  bool quiet = false;
  int live = -1;               // descriptor of a pipe for the live feed
  bool both = false;           // packet and flow, side by side; two traces
  bool against_alone = false;  // every job once more without the others; a trace for each
};

struct ExplainArguments {
  std::string scenario;
  std::vector<std::string> overrides;
  bool comments = false;
};

struct ExportArguments {
  std::string scenario;
  std::string format;   // goal, chakra, netbox or graphviz
  std::string dialect;  // of netbox: "4.6", "4.4"
  std::string output;   // a folder
  std::vector<std::string> overrides;
};

struct DocsArguments {
  std::string site;    // a site or a scenario
  std::string output;  // a folder
  std::string prices;  // "": none
  std::string times;
  std::string previous;
  unsigned phase = 0;  // from 1; 0: what the site builds
  std::vector<std::string> overrides;
};

struct ExpandArguments {
  std::string site;
  std::string output;  // a folder
  std::vector<std::string> overrides;
};

struct ImportArguments {
  std::string format;  // netbox
  std::string input;   // a folder
  std::string output;  // a folder
};

struct CompareArguments {
  std::vector<std::string> traces;  // the first is what the others are compared with
  bool json = false;
};

struct ReportArguments {
  std::vector<std::string> traces;  // the first is what the others are compared with
  std::string output;               // "": the first trace's name with .html in the current folder
};

struct StudyArguments {
  std::string study;
  std::string output;               // a folder; "": the study's name with .study in the current folder
  std::string memory;               // a quantity; "": most of what is free
  std::string on = "local";         // or slurm
  std::size_t points_per_task = 0;  // slurm; 0: ten seconds of work
  std::vector<std::string> sbatch;  // slurm: options for sbatch
  unsigned threads = 0;             // 0: all of the machine
  bool resume = false;
  bool quiet = false;
};

/// One task of a batch system: not for people.
struct StudyPointsArguments {
  std::string study;
  std::string output;
  std::string tasks;     // file with one list of rows per line
  std::size_t task = 0;  // line, from 0
  unsigned threads = 1;
};

struct ValidateArguments {
  std::vector<std::string> files;  // measurements; none: the built-in tables
  std::string table;               // only tables whose name contains it
  unsigned threads = 0;            // 0: all of the machine
  bool json = false;
};

struct CheckArguments {
  std::string site;  // a site file, or a scenario
  std::vector<std::string> overrides;
  bool json = false;
  bool links = false;  // every link too
};

struct VerifyArguments {
  std::string site;      // a site file, or a scenario whose site it is
  std::string received;  // a file or a folder
  std::string as_built;  // folder to write the site as found to; "": none
  std::vector<std::string> overrides;
  bool json = false;
};

int run_verb(const RunArguments& arguments);
int explain_verb(const ExplainArguments& arguments);
int kinds_verb(const std::string& name);
int schema_verb(const std::string& what);
int study_verb(const StudyArguments& arguments);
int study_points_verb(const StudyPointsArguments& arguments);
int compare_verb(const CompareArguments& arguments);
int export_verb(const ExportArguments& arguments);
int report_verb(const ReportArguments& arguments);
int export_netbox_verb(const ExportArguments& arguments);  // called by export_verb
int import_verb(const ImportArguments& arguments);
int export_graphviz(const ExportArguments& arguments);
int docs_verb(const DocsArguments& arguments);
int expand_verb(const ExpandArguments& arguments);
int validate_verb(const ValidateArguments& arguments);
int check_verb(const CheckArguments& arguments);
int serve_verb(const ServeArguments& arguments);
int verify_verb(const VerifyArguments& arguments);
/// The version on the first line, what it was built from and with on the second.
std::string version_text();

}  // namespace eastwest::cli
