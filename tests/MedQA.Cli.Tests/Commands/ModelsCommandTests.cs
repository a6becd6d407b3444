
namespace MedQA.Cli.Tests.Commands;

public sealed class ModelsCommandTests
{
    [Fact]
    public async Task A_converted_model_that_does_what_the_original_does_passes_its_check()
    {
        await using var medqa = new MedqaProcess();
        var reference = Repository.PathOf("models", "tiny", "llama.reference.json");

        var check = await medqa.JsonAsync("models", "check", Repository.PathOf("models", "tiny", "llama-packed"), "--references", reference, "--limit", "2");
        Assert.Equal("Equal", check.GetProperty("files")[0].GetProperty("outcome").GetString());

        var (code, table, _) = await medqa.RunAsync("models", "check", Repository.PathOf("models", "tiny", "qwen2-genai"), "--references", reference, "--limit", "2");
        Assert.Equal(1, code);
        Assert.Contains("different", table, StringComparison.Ordinal);
        Assert.Contains("The model does not match the references.", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_checked_is_said()
    {
        await using var medqa = new MedqaProcess();
        var (code, _, notices) = await medqa.RunAsync("models", "check", "reasoner", "--references", "nowhere");
        Assert.Equal(2, code);
        Assert.Contains("nowhere", notices, StringComparison.Ordinal);
        (code, _, notices) = await medqa.RunAsync("models", "check", "reasoner", "--references", "nowhere", "--limit", "0");
        Assert.Equal(2, code);
        Assert.StartsWith("medqa: --limit is '0', but must be a whole number from 1 to 2,147,483,647.", notices, StringComparison.Ordinal);
    }

    [LongFact]
    public async Task An_optimized_graph_is_written_beside_the_model_s_own_and_chosen_by_name()
    {
        await using var medqa = new MedqaProcess();
        var folder = medqa.ModelCopy("smollm2-135m-instruct", "copy");
        var (code, made, _) = await medqa.RunAsync("models", "optimize", folder);
        Assert.Equal(0, code);
        Assert.Contains("--graph model.8bit.onnx", made, StringComparison.Ordinal);
        (code, var described, _) = await medqa.RunAsync("models", "describe", folder, "--graph", "model.8bit.onnx");
        Assert.Equal(0, code);
        Assert.Contains("model.8bit.onnx", described, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graph_that_has_nothing_to_optimize_is_named()
    {
        await using var medqa = new MedqaProcess();
        var (failed, _, notices) = await medqa.RunAsync("models", "optimize", "reasoner");
        Assert.Equal(1, failed);
        Assert.Contains("nothing to widen", notices, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_deployment_must_know_of_a_model_is_described_for_programs()
    {
        await using var medqa = new MedqaProcess();
        var described = await medqa.JsonAsync("models", "describe", "smollm2-135m-instruct");
        Assert.Equal("smollm2-135m-instruct", described.GetProperty("name").GetString());
        Assert.Matches("^[0-9a-f]{64}$", described.GetProperty("fingerprint").GetString()!);
        Assert.Equal(8192, described.GetProperty("contextLength").GetInt32());
        Assert.True(described.GetProperty("hasChatTemplate").GetBoolean());
        Assert.False(described.GetProperty("givesEmbeddings").GetBoolean());
        Assert.False((await medqa.JsonAsync("models", "describe", Repository.PathOf("models", "tiny", "gpt2-optimum"))).GetProperty("hasChatTemplate").GetBoolean());
    }

    [Fact]
    public async Task A_model_is_described_and_a_broken_one_is_named()
    {
        await using var medqa = new MedqaProcess();
        var (code, described, _) = await medqa.RunAsync("models", "describe", "reasoner");
        Assert.Equal(0, code);
        Assert.Contains("Fingerprint", described, StringComparison.Ordinal);
        Assert.Contains("none: only profiles of format completion", described, StringComparison.Ordinal);

        var broken = Directory.CreateDirectory(Path.Combine(medqa.Folder, "broken")).FullName;
        var (failed, _, notices) = await medqa.RunAsync("run", medqa.Sums(1), "--model", broken);
        Assert.Equal(1, failed);
        Assert.Contains($"medqa: {broken}", notices, StringComparison.Ordinal);
    }
}
