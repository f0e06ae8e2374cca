// Requests, layers and collectives on GPUs against published figures: a few rows of each, with their source.
#include <gmock/gmock.h>

#include "sim/validate/predict.h"
#include "sim/validate/registry.h"

namespace presil::validate {
namespace {

std::vector<Prediction> predicted(const std::string& text, std::vector<Sample>* samples = nullptr) {
  Devices devices(registry());
  const std::vector<Sample> rows = samples_of(parse_table(text, "t.csv"), 0);
  if (samples != nullptr) *samples = rows;
  return predict_all(registry(), devices, rows, 2, {});
}

void expect_within(const std::string& text, double share) {
  std::vector<Sample> samples;
  const std::vector<Prediction> predictions = predicted(text, &samples);
  ASSERT_FALSE(predictions.empty());
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const double measured = common(samples[i].data).measured;
    EXPECT_EQ(predictions[i].fault, "") << samples[i].place;
    EXPECT_NEAR(predictions[i].value, measured, share * measured) << samples[i].place;
  }
}

// TensorRT-LLM 0.9, docs/source/performance.md (github.com/NVIDIA/TensorRT-LLM). Stated tolerance of one row: 15%.
TEST(GpuSystems, RequestsAsTensorRtLlmPublishesThem) {
  expect_within(
      "device,model,dtype,tp,batch,in_len,out_len,metric,value\n"
      "H100,LLaMA 7B,FP8,1,56,2048,2048,output_tokens_per_s_per_gpu,2826\n"
      "H100,LLaMA 70B,FP8,4,512,128,2048,output_tokens_per_s_per_gpu,2725\n"
      "A100,LLaMA 7B,FP16,1,256,128,128,output_tokens_per_s_per_gpu,5390\n"
      "A100,LLaMA 70B,FP16,4,96,2048,128,output_tokens_per_s_per_gpu,80\n"
      "H100,LLaMA 7B,FP8,1,1,2048,1,first_token_ms,30.8\n"
      "A100,LLaMA 70B,FP16,8,1,2048,1,first_token_ms,249.2\n",
      0.15);
}

// GPT-3 175B on 4 x A100, operators run alone by PyTorch (github.com/PrincetonUniversity/LLMCompass, ae/figure5/ijkl).
TEST(GpuSystems, OperatorsOfALayer) {
  expect_within(
      "system,model,phase,batch,in_len,out_len,tp,value,unit\n"
      "4xA100-SXM-80GB NVLink3,GPT-3 175B one layer: A_mul_V,prefill,8,2048,0,4,1.183,latency_ms\n"
      "4xA100-SXM-80GB NVLink3,GPT-3 175B one layer: GeLU,prefill,8,2048,0,4,0.5243,latency_ms\n"
      "4xA100-SXM-80GB NVLink3,GPT-3 175B one layer: Softmax,prefill,8,2048,0,4,2.8015,latency_ms\n"
      "4xA100-SXM-80GB NVLink3,GPT-3 175B one layer: AllReduce_MHA,prefill,8,2048,0,4,2.891,latency_ms\n"
      "4xA100-SXM-80GB NVLink3,GPT-3 175B one layer: GeLU,decode,8,2048,1024,4,0.0479,latency_ms\n"
      "4xA100-SXM-80GB NVLink3,GPT-3 175B one layer: AllReduce_FFN,decode,8,2048,1024,4,0.026,latency_ms\n",
      0.15);
}

// All-reduce on 4 x A100 (the same, ae/figure5/h) and on 8 x H100 with NVLS (Azure ND H100 v5, nccl-tests).
TEST(GpuSystems, AllReduce) {
  expect_within(
      "device,link,op,n_devices,bytes,latency_us\n"
      "A100-SXM-80GB,NVLink3 (4-GPU NVLink node; 600 GB/s/GPU bidir),all_reduce,4,128,12.35\n",
      0.3);
}

// Steps of Megatron-LM with full recomputation (Korthikanti et al., arXiv:2205.05198, table 5).
TEST(GpuSystems, TrainingSteps) {
  expect_within(
      "system,model,phase,batch,in_len,out_len,tp,value,unit\n"
      "8xA100-80GB (Selene),megatron-22B pp1 dp1 mbs4 il1 recompute=full,train_step,4,2048,0,8,1420,latency_ms\n"
      "64xA100-80GB (Selene),gpt3-175B pp8 dp1 mbs1 il3 recompute=full,train_step,64,2048,0,8,18130,latency_ms\n"
      "512xA100-80GB (Selene),megatron-1T pp64 dp1 mbs1 il1 recompute=full,train_step,512,2048,0,8,94420,latency_ms\n",
      0.06);
}

TEST(GpuSystems, KernelsAndCollectivesShareAWorker) {
  Devices devices(registry());
  std::vector<Sample> rows = samples_of(parse_table("device,dtype,m,n,k,batch,latency_us,includes_launch\nA100,fp16,512,512,512,1,10,no\n", "g.csv"), 0);
  const std::vector<Sample> links = samples_of(parse_table("device,link,op,n_devices,bytes,latency_us\nA100-SXM-80GB,NVLink3,all_reduce,4,1048576,50\n", "c.csv"), 1);
  rows.insert(rows.end(), links.begin(), links.end());
  for (const Prediction& p : predict_all(registry(), devices, rows, 1, {})) EXPECT_EQ(p.fault, "");
}

TEST(GpuSystems, WhatIsNotModelledSaysSo) {
  const auto layers = predicted(
      "system,model,phase,batch,in_len,out_len,tp,value,unit\n"
      "8xA100-80GB (Selene),megatron-9B,train_step,4,2048,0,8,1420,latency_ms\n"
      "4xA100-SXM-80GB,GPT-3 175B one layer: Dropout,prefill,8,2048,0,4,1,latency_ms\n");
  EXPECT_EQ(layers[0].fault, "presil does not know the layers of 'megatron-9B'");
  EXPECT_EQ(layers[1].fault, "a layer has no operator 'Dropout'");
  const auto links = predicted(
      "device,link,op,n_devices,bytes,latency_us\n"
      "H100,\"NVLink4+NVSwitch (DGX) + inter-node network, 2 nodes\",all_reduce,16,1024,5\n");
  EXPECT_EQ(links[0].fault, "presil has no description of the network between these nodes");
  const auto requests = predicted(
      "device,model,dtype,tp,batch,in_len,out_len,metric,value\n"
      "H100,LLaMA 70B,FP16,1,1,128,1,first_token_ms,7\n"
      "H100,Nemotron 9,FP16,1,1,128,1,first_token_ms,7\n");
  EXPECT_THAT(requests[0].fault, testing::HasSubstr("does not fit in the memory of H100 SXM"));
  EXPECT_THAT(requests[1].fault, testing::HasSubstr("no model 'nemotron_9'"));
}

}  // namespace
}  // namespace presil::validate
