// SPDX-License-Identifier: Apache-2.0
// The program `eastwest`: parses the command line and calls the verb.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/program.hpp"

namespace eastwest::cli {

bool print_diagnostics(const Diagnostics& diagnostics) {
  if (!diagnostics.all().empty()) std::fputs(diagnostics.print().c_str(), stderr);
  return diagnostics.has_errors();
}

void print_error(const Error& error) {
  std::fprintf(stderr, "error: %s\n", error.message.c_str());
  if (!error.remedy.empty()) std::fprintf(stderr, "remedy: %s\n", error.remedy.c_str());
}

int version_verb() {
  std::printf("eastwest %s\n", EASTWEST_VERSION);
  return kExitDone;
}

namespace {

void add_overrides(CLI::App& verb, std::vector<std::string>& overrides) {
  verb.add_option("--set", overrides, "Set one value of the scenario, e.g. --set network.routing=spray; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

/// Names of the verbs, or the options of one.
std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(verb->get_name());
  return names;
}
std::vector<std::string> options_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    if (option->get_group().empty()) continue;  // not for users
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// What CLI11 found wrong, said in the form of all our mistakes.
Error usage_error(const CLI::App& app, const CLI::ParseError& error, int argument_count, char** arguments) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) {
    const std::string first = argument_count > 1 ? arguments[1] : "";
    if (first.empty()) return {"no verb is given", "`eastwest run SCENARIO` simulates a scenario; `eastwest --help` lists the verbs"};
    const std::string near = nearest_name(first, verbs_of(app));
    return {"`" + first + "` is not a verb", near.empty() ? "`eastwest --help` lists the verbs" : "did you mean `eastwest " + near + "`?"};
  }
  const std::string verb = chosen.front()->get_name();
  const std::string help = "`eastwest " + verb + " --help` tells more";
  const std::vector<std::string> extras = app.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& extra) { return extra.starts_with('-'); });
  if (option != extras.end()) {
    const std::string near = nearest_name(option->substr(0, option->find('=')), options_of(*chosen.front()));
    return {"`" + *option + "` is not an option of `" + verb + "`", near.empty() ? help : "did you mean `" + near + "`?"};
  }
  if (!extras.empty()) return {"`" + extras.front() + "` is one argument too many for `" + verb + "`", help};
  for (const CLI::Option* missing : chosen.front()->get_options())
    if (missing->get_required() && missing->empty()) return {"`eastwest " + verb + "` needs " + missing->get_type_name(), help};
  return {error.what(), help};
}

int parse_and_call(int argument_count, char** arguments) {
  CLI::App app("Packet simulator for AI-cluster fabrics and digital twin of their fibre plant", "eastwest");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Print the help of every verb");
  app.set_version_flag("--version", "eastwest " EASTWEST_VERSION);
  app.footer("Exit codes: 0 done and sane, 1 a verdict failed, 2 bad input, 3 stalled or unfinished, 130 interrupted.");

  RunArguments run;
  std::string seed;
  std::string fidelity;
  CLI::App* run_app = app.add_subcommand("run", "Simulate a scenario and write its trace");
  run_app->add_option("scenario", run.scenario, "Scenario file, or a trace to run again")->required()->type_name("SCENARIO");
  run_app->add_option("-o,--output", run.output, "Trace to write; default: the scenario's name with .h5, here")->type_name("FILE.h5");
  run_app->add_flag("--no-trace", run.no_trace, "Write no trace");
  run_app->add_option("--threads", run.threads, "Threads to use, which change no result; default: all")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u));
  run_app->add_option("--domains", run.domains, "Domains to cut the fabric into, which change no result")
      ->check(CLI::Range(1u, 1u << 20))
      ->group("");
  run_app
      ->add_option("--fidelity", fidelity,
                   "How the fabric is simulated; both: by packets and by flows, side by side, with traces FILE.packet.h5 and FILE.flow.h5")
      ->type_name("packet|flow|both");
  run_app->add_option("--seed", seed, "Seed of everything that is drawn")->type_name("N");
  add_overrides(*run_app, run.overrides);
  run_app->add_flag("--against-alone", run.against_alone,
                    "Then run every job alone, on its place, and print what it loses by the others; traces FILE.alone-JOB.h5");
  run_app->add_flag("--json", run.json, "Print the summary as one JSON object");
  run_app->add_flag("--quiet", run.quiet, "Print no progress and no summary");

  ExplainArguments explain;
  CLI::App* explain_app = app.add_subcommand("explain", "Print a scenario with every default filled in");
  explain_app->add_option("scenario", explain.scenario, "Scenario file, or a trace")->required()->type_name("SCENARIO");
  explain_app->add_flag("--comments", explain.comments, "Add meaning and source of every value");
  add_overrides(*explain_app, explain.overrides);

  std::string kind;
  CLI::App* kinds_app = app.add_subcommand("kinds", "List what can be chosen, or the parameters of one kind");
  kinds_app->add_option("kind", kind, "Name of a kind")->type_name("KIND");

  CLI::App* schema_app = app.add_subcommand("schema", "Print the JSON Schema of scenario files, for editors");

  CompareArguments compare;
  CLI::App* compare_app = app.add_subcommand("compare", "Put traces side by side");
  compare_app->add_option("traces", compare.traces, "Traces; the first is what the others are compared with")
      ->required()
      ->type_name("FILE.h5")
      ->expected(1, 1000);
  compare_app->add_flag("--json", compare.json, "Print the comparison as one JSON object");

  ExportArguments exported;
  CLI::App* export_app =
      app.add_subcommand("export", "Write the jobs of a scenario in a format of other simulators, or its fabric as a graph");
  export_app->add_option("scenario", exported.scenario, "Scenario file, or a trace")->required()->type_name("SCENARIO");
  export_app
      ->add_option("--format", exported.format, "GOAL text (LogGOPSim, ATLAHS), Chakra traces (ASTRA-sim), or the fabric for Graphviz")
      ->required()
      ->type_name("goal|chakra|graphviz");
  export_app->add_option("-o,--output", exported.output, "Folder to write to; made when it is not there")->required()->type_name("DIR");
  add_overrides(*export_app, exported.overrides);

  DocsArguments docs;
  CLI::App* docs_app =
      app.add_subcommand("docs", "Write a site's documents: the book, schedule, labels, port maps, elevations, purchases, tests, growth");
  docs_app->add_option("site", docs.site, "Site file, or a scenario")->required()->type_name("SITE");
  docs_app->add_option("-o,--output", docs.output, "Folder to write to; made when it is not there")->required()->type_name("DIR");
  docs_app->add_option("--prices", docs.prices, "Prices of parts: part,unit_price,currency")->type_name("FILE.csv");
  docs_app->add_option("--times", docs.times, "Minutes of each kind of work: work,minutes")->type_name("FILE.csv");
  docs_app->add_option("--previous", docs.previous, "An earlier version, for the change log: a site, or its cable schedule")
      ->type_name("FILE");
  docs_app->add_option("--phase", docs.phase, "Show what stands at the end of this phase, from 1; default: what the site builds")
      ->type_name("N")
      ->check(CLI::Range(1u, 64u));
  add_overrides(*docs_app, docs.overrides);

  ExpandArguments expand;
  CLI::App* expand_app = app.add_subcommand("expand", "Write a site with every value, its racks, devices, pathways and cables as tables");
  expand_app->add_option("site", expand.site, "Site file, or a scenario")->required()->type_name("SITE");
  expand_app->add_option("-o,--output", expand.output, "Folder to write to; made when it is not there")->required()->type_name("DIR");
  add_overrides(*expand_app, expand.overrides);

  ValidateArguments validate;
  CLI::App* validate_app = app.add_subcommand("validate", "Simulate measured collectives and print how far off the model is");
  validate_app->add_option("measurements", validate.files, "Tables of measurements; default: the built-in ones of real hardware")
      ->type_name("FILE.csv")
      ->expected(0, 1000);
  validate_app->add_option("--table", validate.table, "Only tables whose name contains it")->type_name("WORD");
  validate_app->add_option("--threads", validate.threads, "Points to simulate at a time; default: one per core")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u));
  validate_app->add_flag("--json", validate.json, "Print one JSON object");

  CLI::App* version_app = app.add_subcommand("version", "Print the version");

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    // CLI11 has a code of its own for every mistake; ours is one. Help and version are no mistakes.
    if (error.get_exit_code() == 0) return app.exit(error);
    print_error(usage_error(app, error, argument_count, arguments));
    return kExitInput;
  }
  // Short forms of overrides, last so that they win.
  if (!seed.empty()) run.overrides.push_back("seed=" + seed);
  run.both = fidelity == "both";
  if (!fidelity.empty() && !run.both) run.overrides.push_back("fidelity=" + fidelity);

  if (run_app->parsed()) return run_verb(run);
  if (explain_app->parsed()) return explain_verb(explain);
  if (kinds_app->parsed()) return kinds_verb(kind);
  if (schema_app->parsed()) return schema_verb();
  if (compare_app->parsed()) return compare_verb(compare);
  if (export_app->parsed()) return export_verb(exported);
  if (docs_app->parsed()) return docs_verb(docs);
  if (expand_app->parsed()) return expand_verb(expand);
  if (validate_app->parsed()) return validate_verb(validate);
  if (version_app->parsed()) return version_verb();
  return kExitInput;
}

}  // namespace

}  // namespace eastwest::cli

int main(int argument_count, char** arguments) {
  try {
    return eastwest::cli::parse_and_call(argument_count, arguments);
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory\nremedy: simulate a smaller site or fewer operations\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
  }
  return eastwest::cli::kExitUnfinished;
}
