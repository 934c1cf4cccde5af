# SPDX-License-Identifier: Apache-2.0
# Protobuf schemas: eastwest_proto(<file>.proto) compiles it into the library; the header is <file name>.pb.h. Must be called where the
# target `eastwest` is made, since the rule that generates a source has to stand beside its target.
function(eastwest_proto file)
  get_filename_component(path ${file} ABSOLUTE)
  get_filename_component(folder ${path} DIRECTORY)
  get_filename_component(stem ${path} NAME_WE)
  set(out ${PROJECT_BINARY_DIR}/generated/proto)
  file(MAKE_DIRECTORY ${out})
  add_custom_command(OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h DEPENDS ${path} VERBATIM COMMENT "Generating ${stem}.pb.cc"
    COMMAND protobuf::protoc --proto_path=${folder} --cpp_out=${out} ${path})
  # The warnings of generated code are not ours to mend.
  set_source_files_properties(${out}/${stem}.pb.cc PROPERTIES COMPILE_OPTIONS -w)
  target_sources(eastwest PRIVATE ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
  target_include_directories(eastwest SYSTEM PRIVATE ${out})
endfunction()
