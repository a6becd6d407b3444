using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Models;
using MedQA.Inference.Tests.Models;

namespace MedQA.Inference.Tests.Describing;

public sealed class GraphParametersTests
{
    // SmolLM2-135M has 134,515,008 parameters by its publisher's count (transformers' num_parameters); here as packed 4-bit and 8-bit weights,
    // with tied embeddings. The others are by hand, from their configurations: embeddings, layers, norms. (The model builder leaves out biases
    // that are all 0, as those of the tiny Qwen2.)
    [Theory]
    [InlineData("smollm2-135m-instruct", 134_515_008)]
    [InlineData("reasoner", (259 * 128) + (4 * ((128 * 256) + (128 * 128) + (3 * 128 * 384) + (2 * 128))) + 128)]
    [InlineData("tiny/llama-genai", (2 * 1024 * 64) + (2 * ((64 * 128) + (64 * 64) + (3 * 64 * 160) + (2 * 64))) + 64)]
    [InlineData("tiny/llama-packed", (2 * 1024 * 64) + (2 * ((64 * 128) + (64 * 64) + (3 * 64 * 160) + (2 * 64))) + 64)]
    [InlineData("tiny/llama-optimum", (2 * 1024 * 64) + (2 * ((64 * 128) + (64 * 64) + (3 * 64 * 160) + (2 * 64))) + 64)]
    [InlineData("tiny/qwen2-genai", (1024 * 64) + (2 * ((64 * 128) + (64 * 64) + (3 * 64 * 160) + (2 * 64))) + 64)]
    [InlineData("tiny/qwen2-optimum", (1024 * 64) + (2 * ((64 * 128) + 128 + (64 * 64) + (3 * 64 * 160) + (2 * 64))) + 64)]
    [InlineData("tiny/gpt2-optimum", ((1024 + 512) * 64) + (2 * ((64 * 192) + 192 + (64 * 64) + 64 + (2 * 64 * 256) + 256 + 64 + (4 * 64))) + 128)]
    public void Weights_count_as_the_model_has_them(string model, long parameters)
    {
        var facts = OnnxLanguageModel.FactsOf(ModelFolder.Open(Repository.PathOf("models", model)))!;
        Assert.Equal((parameters, null, false), (facts.Parameters, facts.ActiveParameters, facts.Stated));
    }

    [Fact]
    public void Another_graph_of_the_same_weights_has_as_many() =>
        Assert.Equal(134_515_008, OnnxLanguageModel.FactsOf(ModelFolder.Open(Repository.PathOf("models", "smollm2-135m-instruct"), "model.exact.onnx"))?.Parameters);

    [Fact]
    public void The_family_is_the_configurations_and_the_folder_can_state_both()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        Assert.Equal("llama", OnnxLanguageModel.FactsOf(copy.Open())?.Family);
        copy.With("facts.json", """{"parameters": "46.7B", "activeParameters": 12879925248, "family": "mixtral"}""");
        var stated = OnnxLanguageModel.FactsOf(copy.Open())!;
        Assert.Equal(new ModelFacts { Parameters = 46_700_000_000, ActiveParameters = 12_879_925_248, Family = "mixtral", Stated = true }, stated);
        Assert.Equal("46.7B, of which 12.9B are active", stated.Size);
        copy.With("facts.json", """{"family": "mine"}""");
        Assert.Equal(("mine", false), (OnnxLanguageModel.FactsOf(copy.Open())!.Family, OnnxLanguageModel.FactsOf(copy.Open())!.Stated));
    }

    [Fact]
    public void Active_parameters_can_be_stated_alone_beside_those_that_the_graph_has()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed").With("facts.json", """{"activeParameters": 100}""");
        var facts = OnnxLanguageModel.FactsOf(copy.Open())!;
        Assert.Equal((100, false), (facts.ActiveParameters, facts.Stated));
        Assert.True(facts.Parameters > 100);

        copy.With("facts.json", """{"activeParameters": "8B"}""");
        var problem = Assert.Throws<UnusableException>(() => OnnxLanguageModel.FactsOf(copy.Open()));
        Assert.Contains($"\"activeParameters\" is 8000000000, more than the {facts.Parameters} parameters that the graph has", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stated_facts_change_no_fingerprint()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        var before = await copy.Open().FingerprintAsync(TestContext.Current.CancellationToken);
        copy.With("facts.json", """{"parameters": "7B", "family": "mine"}""");
        Assert.Equal(before, await copy.Open().FingerprintAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"parameters": "many"}""", "\"parameters\" must be a number of parameters")]
    [InlineData("""{"parameters": 0}""", "\"parameters\" must be")]
    [InlineData("""{"parameters": "7B", "activeParameters": "8B"}""", "\"activeParameters\" must not be more")]
    [InlineData("""{"activeParameters": "many"}""", "or a text with K, M, B or T behind a number, such as \"134.5M\", \"7B\" or \"1.2T\"")]
    [InlineData("""{"family": ""}""", "\"family\" must be a name")]
    [InlineData("""{"size": "7B"}""", "\"size\", which is unknown")]
    public void What_cannot_be_meant_is_refused_by_name(string facts, string message)
    {
        using var copy = ModelCopy.Of("tiny/llama-packed").With("facts.json", facts);
        var problem = Assert.Throws<UnusableException>(() => copy.Open());
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains("facts.json", problem.Message, StringComparison.Ordinal);
    }

    // To the decimal that is printed: Mixtral 8x7B has 46,702,792,704 parameters, of which 12.9 billion take part in a token (mistral.ai, arXiv 2401.04088);
    // Qwen3-30B-A3B's own page says 30.5 and 3.3 billion.
    [Theory]
    [InlineData("\"num_local_experts\": 8, \"num_experts_per_tok\": 2, \"hidden_size\": 4096, \"intermediate_size\": 14336, \"num_hidden_layers\": 32", 46_702_792_704, 12.9)]
    [InlineData("\"num_experts\": 128, \"num_experts_per_tok\": 8, \"hidden_size\": 2048, \"intermediate_size\": 6144, \"moe_intermediate_size\": 768, \"num_hidden_layers\": 48, \"decoder_sparse_step\": 1, \"mlp_only_layers\": []", 30_532_122_624, 3.3)]
    public void Experts_that_are_not_chosen_take_no_part_in_a_token(string configuration, long parameters, double billions)
    {
        using var copy = ModelCopy.Of("tiny/llama-packed").With("moe.json", "{" + configuration + "}");
        var idle = ModelSizes.Idle(ModelJson.Read(copy.FileAt("moe.json")));
        Assert.Equal(billions, (parameters - idle) / 1e9, 0.06);
    }
}
