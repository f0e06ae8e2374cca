// Kinds of tables and typed rows.
#include "sim/validate/samples.h"

#include <gmock/gmock.h>

#include <set>

#include "sim/base/error.h"
#include "sim/validate/work.h"

namespace presil::validate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kGemm = "device,dtype,m,n,k,batch,latency_us,includes_launch,source\n";

std::vector<Sample> read(const std::string& text) { return samples_of(parse_table(text, "t.csv"), 0); }
std::string fault(const std::string& row) { return read(kGemm + row + "\n").at(0).fault; }

TEST(Kinds, ContractColumnsMakeAKind) {
  const std::vector<std::pair<std::string, std::string>> headers{
      {"gemm", "device,dtype,m,n,k,batch,latency_us,includes_launch"},
      {"vector", "device,op,dtype,rows,cols,latency_us,includes_launch,kernel"},
      {"attention",
       "device,dtype,phase,batch,q_len,kv_len,heads,kv_heads,head_dim,latency_us,includes_launch,causal,"
       "impl"},
      {"flash_attention", "gpu,pass,impl,head_dim,causal,seq,tflops,dtype,batch,heads"},
      {"collective", "device,link,op,n_devices,bytes,latency_us"},
      {"nccl", "system,ngpu,algo,bytes,busbw_GBps,time_us"},
      {"inference", "device,model,dtype,tp,batch,in_len,out_len,metric,value"},
      {"layers_and_steps", "system,model,phase,batch,in_len,out_len,tp,value,unit"},
      {"training_papers",
       "system,gpu,gpus,model,params_B,layers,hidden,heads,seq,global_batch,tp,pp,cp,dp,iter_s,tflops_per_"
       "gpu,mfu_pct"},
      {"training_tpu", "hardware,chips,model_params,tflops_per_chip,mfu_pct"},
      {"tpu_gemm", "tpu,kind,m,n,k,dtype,value,unit"},
      {"tpu_v1", "app,weights_M,ops_per_weight_byte,batch,array_active_pct,measured_tops"},
      {"imc_macros", "macro,type,cell,node_nm,vdd_V,rows,cols,metric,value,unit"}};
  EXPECT_EQ(headers.size(), kinds().size());
  for (const auto& [kind, header] : headers)
    EXPECT_EQ(recognise(parse_table("extra," + header + "\n" +
                                        std::string(30, ',').substr(
                                            0, std::count(header.begin(), header.end(), ',') + 1) +
                                        "\n",
                                    "t.csv"))
                  .name,
              kind);
}

TEST(Kinds, AnUnknownHeaderNamesTheNearestKind) {
  try {
    recognise(parse_table("\ndevice,dtype,m,n,k,batch,latency,includes_launch\n1,2,3,4,5,6,7,8\n", "t.csv"));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "t.csv:2: the header is of no kind of table; the nearest, gemm, also needs latency_us "
                 "(there is 'latency')");
  }
  EXPECT_THROW(recognise(parse_table("x,y\n1,2\n", "t.csv")), InputError);
}

TEST(Samples, RowsKeepTheirPlacesAndSplit) {
  const auto samples = read(kGemm + "A,bf16,1,2,3,4,5.5,yes,s\nA,FP16,1,2,3,4,6,no,s\n");
  ASSERT_THAT(samples, SizeIs(2));
  const GemmRow& first = std::get<GemmRow>(samples[0].data);
  EXPECT_EQ(first.n, 2u);
  EXPECT_EQ(first.measured, 5.5);
  EXPECT_TRUE(first.includes_launch);
  EXPECT_EQ(std::get<GemmRow>(samples[1].data).dtype, Format::fp16);
  EXPECT_TRUE(samples[0].fitted_on());
  EXPECT_FALSE(samples[1].fitted_on());
  EXPECT_EQ(samples[1].place, "t.csv:3");
}

TEST(Samples, AWrongCellIsTheRowsFault) {
  EXPECT_EQ(fault("A,bf16,1,2,3,4,5,yes,s"), "");
  EXPECT_EQ(fault("A,bf16,x,2,3,4,5,yes,s"), "m is 'x'; expected a whole number from 1 to 2^40");
  EXPECT_EQ(fault("A,bf16,1,2,3,4,,yes,s"), "latency_us is empty; expected a number above 0");
  for (const char* value : {"-1", "0", "nan", "inf", "1e400", "1e30", "5 us", "0x10"})
    EXPECT_THAT(fault(std::string("A,bf16,1,2,3,4,") + value + ",yes,s"),
                HasSubstr("expected a number above 0"))
        << value;
  for (const char* value : {"-1", "0", "1.5", "1e30", "nan"})
    EXPECT_THAT(fault(std::string("A,bf16,1,2,") + value + ",4,5,yes,s"), HasSubstr("k is")) << value;
  EXPECT_THAT(fault("A,bf17,1,2,3,4,5,yes,s"), HasSubstr("dtype is 'bf17'; expected one of fp32"));
  EXPECT_THAT(fault("A,bf16,1,2,3,4,5,maybe,s"), HasSubstr("expected yes or no"));
  EXPECT_THAT(fault(",bf16,1,2,3,4,5,yes,s"), HasSubstr("device is empty"));
  EXPECT_EQ(read(kGemm + "A,bf16,x,2,3,4,5,yes,s\n").at(0).place, "t.csv:2:8");
}

TEST(Samples, ChecksComeAfterAllCellsAreRead) {
  const std::string header =
      "device,dtype,phase,batch,q_len,kv_len,heads,kv_heads,head_dim,latency_us,includes_launch,causal,"
      "impl\n";
  const auto samples = read(header + "A,fp16,x,1,1,2,4,,4,5,no,yes,x\nA,fp16,x,1,1,2,4,3,4,5,no,yes,x\n" +
                            "A,fp16,x,1,3,2,4,2,4,5,no,yes,x\n");
  EXPECT_THAT(samples[0].fault, HasSubstr("kv_heads is empty"));
  EXPECT_EQ(samples[1].fault, "heads is 4, no multiple of kv_heads, 3");
  EXPECT_EQ(samples[2].fault, "causal with q_len 3 above kv_len 2");
}

TEST(Samples, InferenceRowsAreGatedByTheirColumn) {
  const std::string header = "device,model,dtype,tp,batch,in_len,out_len,metric,value,gate\n";
  const auto samples =
      read(header + "H,L,FP8,1,1,1,1,first_token_ms,5,yes\nH,L,FP8,1,1,1,1,first_token_ms,5,no\n" +
           "H,L,FP8,1,1,1,1,last_token,5,no\n");
  EXPECT_TRUE(common(samples[0].data).gated);
  EXPECT_FALSE(common(samples[1].data).gated);
  EXPECT_NE(common(samples[0].data).group, common(samples[1].data).group);
  EXPECT_THAT(samples[2].fault, HasSubstr("metric is 'last_token'"));
}

TEST(Samples, ASystemNamesItsChip) {
  EXPECT_THAT(chips_in("4xA100-SXM-80GB NVLink3"),
              ElementsAre("4xA100-SXM-80GB NVLink3", "A100-SXM-80GB NVLink3", "A100-SXM-80GB"));
  EXPECT_THAT(chips_in("64xA100-80GB (Selene)"),
              ElementsAre("64xA100-80GB (Selene)", "A100-80GB (Selene)", "A100-80GB"));
  EXPECT_THAT(chips_in("1x v5e-256"), ElementsAre("1x v5e-256", "v5e-256", "v5e"));
  EXPECT_THAT(chips_in("H100-pairwise"), ElementsAre("H100-pairwise", "H100"));
  EXPECT_THAT(chips_in("A100-80GB-PCIe(pairwise)"),
              ElementsAre("A100-80GB-PCIe(pairwise)", "A100-80GB-PCIe"));
  EXPECT_THAT(chips_in("A100-PCIe"), ElementsAre("A100-PCIe"));
  EXPECT_THAT(chips_in("9x"), ElementsAre("9x"));
  EXPECT_THAT(chips_in(""), ElementsAre(""));
}

TEST(Work, CountsByHand) {
  const auto gemm = work_of(read(kGemm + "A,bf16,2,3,5,7,1,yes,s\n").at(0).data);
  EXPECT_DOUBLE_EQ(gemm->ops, 2 * 7 * 2 * 3 * 5);
  EXPECT_DOUBLE_EQ(gemm->bytes, 7 * (10 + 15 + 6) * 2);
  EXPECT_DOUBLE_EQ(gemm->value_of(1e-6), 1);
  const auto add =
      work_of(read("device,op,dtype,rows,cols,latency_us,includes_launch,kernel\nA,add,fp16,4,8,1,no,fused\n")
                  .at(0)
                  .data);
  EXPECT_DOUBLE_EQ(add->bytes, 3 * 32 * 2);
  EXPECT_TRUE(add->vector);
  const std::string attention =
      "device,dtype,phase,batch,q_len,kv_len,heads,kv_heads,head_dim,latency_us,includes_launch,causal,"
      "impl\n";
  const auto prefill = work_of(read(attention + "A,fp16,prefill,1,3,3,2,1,4,1,no,yes,x\n").at(0).data);
  EXPECT_DOUBLE_EQ(prefill->ops, 4 * 2 * 4 * (1 + 2 + 3));
  EXPECT_DOUBLE_EQ(prefill->bytes, 2 * (2 * 4 * 3 + 1 * 4 * 3) * 2);
  const auto flash = work_of(read("gpu,pass,impl,head_dim,causal,seq,tflops,dtype,batch,heads\n"
                                  "A,fwd+bwd,x,128,1,1024,100,fp16,2,16\n")
                                 .at(0)
                                 .data);
  EXPECT_DOUBLE_EQ(flash->ops, 4.0 * 1024 * 1024 * 128 * 16 * 2 / 2 * 3.5);
  EXPECT_DOUBLE_EQ(flash->value_of(flash->ops / 1e14), 100);
  EXPECT_DOUBLE_EQ(flash->seconds_of(100), flash->ops / 1e14);
}

}  // namespace
}  // namespace presil::validate
