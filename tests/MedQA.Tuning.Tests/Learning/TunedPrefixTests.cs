using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference;
using MedQA.Inference.SoftPrompts;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Learning;
using MedQA.Tuning.Transformers;
using TorchSharp;

namespace MedQA.Tuning.Tests.Learning;

public sealed class TunedPrefixTests : IDisposable
{
    private static readonly string TinyGraph = Repository.PathOf("models", "tiny", "llama-packed");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medqa-tune-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public async Task The_folder_that_tuning_writes_gives_the_same_likelihoods_through_ONNX_Runtime_with_the_unchanged_graph(string precision)
    {
        var output = Path.Combine(_folder.FullName, "tuned");
        var code = await InvokeAsync(WriteQuestions(), output, "--precision", precision);
        Assert.Equal(0, code);

        var prefix = SoftPromptFolder.Open(output);
        Assert.Equal((4, 6, "tuned"), (prefix.Manifest.Length, prefix.Manifest.Losses!.Value.Length, prefix.Manifest.Name));
        await using var plain = await OnnxLanguageModel.LoadAsync(TinyGraph, new() { Threads = 1 }, TestContext.Current.CancellationToken);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(output, SoftPromptFiles.Manifest), TestContext.Current.CancellationToken);
        var model = await plain.WithSoftPromptAsync(
            SoftPromptReference.Parse(bytes),
            await File.ReadAllBytesAsync(Path.Combine(output, SoftPromptFiles.KeyValues), TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);
        const string Text = "Question: What lowers fever?\nA. Aspirin\nB. Salt\nAnswer:";
        await using var read = await model.ReadAsync(new CompletionPrompt(Text, 0), TestContext.Current.CancellationToken);
        var scores = await read.ScoreAsync([new ScoreRequest([], "", [" A", " B"])], TestContext.Current.CancellationToken);

        var files = TuningModel.Open(TinyLlama.FolderPath, TinyGraph);
        using var decoder = Decoder.Load(files.Weights, torch.ScalarType.Float32);
        var encoding = new ExampleEncoding(files.Target, TuningModel.ReadProfile("likelihood"), ["fever"]);
        var example = encoding.Encode(new() { Id = "1", Dataset = "fever", Text = "What lowers fever?", Options = ["Aspirin", "Salt"], Gold = 0 });
        using var softPrompt = SafetensorsReader.Open(Path.Combine(output, SoftPromptFiles.SoftPrompt), "Tune it again");
        var evaluated = PromptEvaluation.Of(decoder, 1024, softPrompt.ReadSingles("soft_prompt"), [example], withOptions: true, CancellationToken.None);
        Assert.Equal(scores[0].Select(static score => score.LogLikelihood), evaluated.Options[0], static (one, other) => Math.Abs(one - other) < 1e-3);
    }

    [Fact]
    public async Task Every_row_that_cannot_be_learned_from_is_named_by_its_line_and_nothing_is_tuned()
    {
        var file = Path.Combine(_folder.FullName, "bad.csv");
        await File.WriteAllTextAsync(file, "id,question,option_a,option_b,answer\n1,What lowers fever?,Aspirin,Salt,A\n2,,Aspirin,Salt,A\n3,What lowers fever?,Aspirin,Salt,Z\n", TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<InputException>(() => ExampleFile.ReadAsync(file, TestContext.Current.CancellationToken));

        Assert.Contains("2 rows cannot be learned from; nothing was tuned", exception.Message, StringComparison.Ordinal);
        Assert.Contains("line 3:", exception.Message, StringComparison.Ordinal);
        Assert.Contains("line 4:", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_without_a_reasoning_and_rows_that_are_too_long_are_named_too()
    {
        var file = await ExampleFile.ReadAsync(WriteQuestions(), TestContext.Current.CancellationToken);
        var files = TuningModel.Open(TinyGraph, null);
        var reasoning = new ExampleEncoding(files.Target, TuningModel.ReadProfile("chain-of-thought") with { Format = MedQA.Evaluation.Profiles.PromptFormat.Completion }, file.Datasets);
        var plain = new ExampleEncoding(files.Target, TuningModel.ReadProfile("likelihood"), file.Datasets);

        Assert.Contains("line 2: profile chain-of-thought lets the model reason, and the row has no reasoning", Assert.Throws<InputException>(() => file.Encode(reasoning, 500)).Message, StringComparison.Ordinal);
        Assert.Contains("line 2: prompt and answer have", Assert.Throws<InputException>(() => file.Encode(plain, 10)).Message, StringComparison.Ordinal);
        Assert.Equal(file.Rows.Length, file.Encode(plain, 500).Length);
    }

    [Fact]
    public async Task Long_answers_are_learned_whole_with_their_end()
    {
        var file = Path.Combine(_folder.FullName, "long.jsonl");
        await File.WriteAllTextAsync(file, """{"id":"1","question":"What lowers fever?","long_answer":"Aspirin lowers fever."}""" + "\n", TestContext.Current.CancellationToken);
        var files = TuningModel.Open(TinyGraph, null);
        var encoding = new ExampleEncoding(files.Target, TuningModel.ReadProfile("long-form") with { Format = MedQA.Evaluation.Profiles.PromptFormat.Completion, Exemplars = 0 }, ["long"]);

        var example = Assert.Single((await ExampleFile.ReadAsync(file, TestContext.Current.CancellationToken)).Encode(encoding, 500));

        Assert.Equal(files.Target.EndTokens[0], example.Answer[^1]);
        Assert.Equal(" Aspirin lowers fever.", encoding.Tokenizer.Decode(example.Answer.AsSpan()[..^1], skipSpecial: false));
        Assert.Empty(example.Options);
    }

    private static Task<int> InvokeAsync(string data, string output, params string[] more) => MedQA.Tuning.Commands.TuningProgram.InvokeAsync(
        ["--model", TinyLlama.FolderPath, "--for", TinyGraph, "--data", data, "--out", output, "--length", "4", "--batch", "2", "--steps", "6", "--dev", data, .. more]);

    private string WriteQuestions()
    {
        var file = Path.Combine(_folder.FullName, "fever.csv");
        File.WriteAllText(file, "id,question,option_a,option_b,answer\n1,What lowers fever?,Aspirin,Salt,A\n2,What is a vitamin?,Iron,Folic acid,B\n3,Which organ makes bile?,Liver,Heart,A\n");
        return file;
    }
}
