using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Tests;

/// <summary>A model that is opened first and loaded when it is asked.</summary>
public sealed class OpenedModelTests : IDisposable
{
    private static readonly CompletionPrompt Prompt = new("The patient has a fever and", 0);

    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-opened-").FullName;
    private readonly List<string> _reports = [];

    public OpenedModelTests()
    {
        Directory.CreateDirectory(Model);
        foreach (var file in Directory.GetFiles(Repository.PathOf("models", "tiny", "llama-packed")))
        {
            File.Copy(file, Path.Combine(Model, Path.GetFileName(file)));
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Model => Path.Combine(_folder, "model");

    private string Cache => Path.Combine(_folder, "cache");

    private ModelOptions Options => new() { Threads = 1, GraphCache = Cache };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_that_was_loaded_here_before_is_described_at_once_and_loaded_when_it_is_first_asked()
    {
        ModelDescription described;
        string[] drawn;
        await using (var loaded = await OnnxLanguageModel.LoadAsync(Model, Options, Token))
        {
            (described, drawn) = (loaded.Description, await SampleAsync(loaded));
        }

        await using var opened = await OpenAsync();
        Assert.Equal(described, opened.Description);
        Assert.True(opened.CountTokens(Prompt) > 4);
        Assert.Empty(_reports);

        var all = await Task.WhenAll(SampleAsync(opened), SampleAsync(opened), SampleAsync(opened));

        Assert.All(all, texts => Assert.Equal(drawn, texts));
        Assert.Equal("Loading the model model…", Assert.Single(_reports));
        Assert.Equal(described, opened.Description);
    }

    [Fact]
    public async Task A_model_that_was_never_loaded_with_these_options_is_loaded_at_once()
    {
        await using (var first = await OpenAsync())
        {
            Assert.Equal("Loading the model model…", Assert.Single(_reports));
            Assert.Equal(2, (await SampleAsync(first)).Length);
        }

        // What was found for one number of threads, or graph, says nothing of another.
        await using var other = await OnnxLanguageModel.OpenAsync(Model, Options with { Threads = 2 }, _reports.Add, Token);
        Assert.Equal(2, _reports.Count);
        await using var uncached = await OnnxLanguageModel.OpenAsync(Model, Options with { GraphCache = null }, _reports.Add, Token);
        Assert.Equal(3, _reports.Count);
    }

    [Fact]
    public async Task Files_that_are_replaced_before_the_first_question_make_it_wait_and_fail_nothing()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var opened = await OpenAsync();
        var graph = Directory.GetFiles(Model, "*.onnx").Single();
        File.Move(graph, $"{graph}.away");

        var gone = await Assert.ThrowsAsync<ModelUnavailableException>(() => SampleAsync(opened));
        Assert.StartsWith("Model model cannot be loaded: ", gone.Message, StringComparison.Ordinal);
        File.Copy(Directory.GetFiles(Repository.PathOf("models", "reasoner"), "*.onnx").Single(), graph);
        var other = await Assert.ThrowsAsync<ModelUnavailableException>(() => opened.PrepareAsync(Token));
        File.Move($"{graph}.away", graph, overwrite: true);

        Assert.NotEmpty(await SampleAsync(opened));
        Assert.Contains("cannot be loaded", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_tokenizer_in_the_folder_is_noticed_when_the_model_is_loaded()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var opened = await OpenAsync();
        var template = Path.Combine(Model, "chat_template.jinja");
        await File.WriteAllTextAsync(template, "{{ messages[0].content }}", Token);

        var exception = await Assert.ThrowsAsync<ModelUnavailableException>(() => SampleAsync(opened));

        Assert.Contains("the model's files have changed since this process began", exception.Message, StringComparison.Ordinal);
        File.Delete(template);
        Assert.NotEmpty(await SampleAsync(opened));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"contextLength\": 0, \"canPack\": true, \"givesEmbeddings\": false, \"hasFastGraph\": false}")]
    [InlineData("[")]
    public async Task Facts_that_cannot_be_read_are_found_out_again(string facts)
    {
        await (await OpenAsync()).DisposeAsync();
        var file = Directory.GetFiles(Cache, "*.engine.json").Single();
        await File.WriteAllTextAsync(file, facts, Token);
        _reports.Clear();

        await using (var opened = await OpenAsync())
        {
            Assert.Single(_reports);
            Assert.Equal(512, opened.Description.ContextLength);
        }

        Assert.Contains("512", await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_load_finds_is_believed_where_the_facts_say_otherwise()
    {
        await (await OpenAsync()).DisposeAsync();
        var file = Directory.GetFiles(Cache, "*.engine.json").Single();
        var facts = await File.ReadAllTextAsync(file, Token);
        await File.WriteAllTextAsync(file, facts.Replace("\"canPack\":true", "\"canPack\":false", StringComparison.Ordinal), Token);
        await using var opened = await OpenAsync();
        Assert.Contains("; rows;", opened.Description.EngineFingerprint, StringComparison.Ordinal);

        await SampleAsync(opened);

        Assert.Contains("; packed;", opened.Description.EngineFingerprint, StringComparison.Ordinal);
        Assert.Equal(facts, await File.ReadAllTextAsync(file, Token));
    }

    [Fact]
    public async Task Facts_that_questions_were_prepared_by_and_that_were_wrong_let_no_question_be_asked()
    {
        await (await OpenAsync()).DisposeAsync();
        var file = Directory.GetFiles(Cache, "*.engine.json").Single();
        var facts = await File.ReadAllTextAsync(file, Token);
        await File.WriteAllTextAsync(file, facts.Replace("512", "300", StringComparison.Ordinal), Token);
        await using (var wrong = await OpenAsync())
        {
            Assert.Equal(300, wrong.Description.ContextLength);
            var exception = await Assert.ThrowsAsync<ModelUnavailableException>(() => SampleAsync(wrong));
            Assert.Contains("Start the process again", exception.Message, StringComparison.Ordinal);
        }

        await using var right = await OpenAsync();
        Assert.NotEmpty(await SampleAsync(right));
    }

    [Fact]
    public async Task A_caller_that_leaves_while_it_is_loaded_takes_nothing_from_the_next()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var opened = await OpenAsync();
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened.PrepareAsync(left.Token));

        Assert.NotEmpty(await SampleAsync(opened));
    }

    [Fact]
    public async Task A_model_that_nobody_asked_ends_without_being_loaded()
    {
        await (await OpenAsync()).DisposeAsync();
        _reports.Clear();
        var opened = await OpenAsync();

        await opened.DisposeAsync();

        Assert.Empty(_reports);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => SampleAsync(opened));
    }

    private static async Task<string[]> SampleAsync(OnnxLanguageModel model)
    {
        await using var prompt = await model.ReadAsync(Prompt, Token);
        var samples = await prompt.SampleAsync(
            new SampleRequest { Count = 2, Temperature = 0.7, MaxTokens = 8, StreamKey = 3 }, Token);
        return [.. samples.Select(static sample => sample.Text)];
    }

    private Task<OnnxLanguageModel> OpenAsync() => OnnxLanguageModel.OpenAsync(Model, Options, _reports.Add, Token);
}
