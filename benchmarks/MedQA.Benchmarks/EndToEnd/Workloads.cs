using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Statistics;
using MedQA.Evaluation.Strategies;
using MedQA.Inference;
using MedQA.Inference.Decoding;
using MedQA.Inference.Engine;
using MedQA.Inference.Models;
using MedQA.Inference.Scoring;
using MedQA.Inference.Tokenization;

namespace MedQA.Benchmarks.EndToEnd;

/// <summary>The workloads of docs/performance.md.</summary>
internal sealed class Workloads : IAsyncDisposable
{
    private readonly EndToEndOptions _options;
    private readonly Tokenizer _tokenizer;
    private readonly InferenceEngine _engine;
    private readonly int[][] _prompts;
    private readonly int _shared;

    private Workloads(EndToEndOptions options, ModelFolder folder, ModelDescription description)
    {
        _options = options;
        _tokenizer = Tokenizer.Load(folder);
        _engine = InferenceEngine.Load(folder, _tokenizer, options.Model, passesEndTokens: true);
        Description = description;
        _prompts = options.Prompts is { } file
            ? [.. File.ReadLines(file).Where(static line => line.Length > 0).Select(static line => line.Split(' ').Select(static id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray())]
            : [];
        if (_prompts is [{ Length: > 1900 } whole])
        {
            throw new InvalidOperationException($"{options.Prompts} has one line of {whole.Length} ids; one prompt a line is expected.");
        }

        _shared = _prompts.Length > 1 ? _prompts.Min(prompt => prompt.AsSpan().CommonPrefixLength(_prompts[0] == prompt ? _prompts[1] : _prompts[0])) : 0;
    }

    public ModelDescription Description { get; }

    public IReadOnlyList<Workload> All =>
    [
        .. _prompts.Length > 0 ? [Samples("sc11", 11, 96), Samples("sc41", 41, 96), Rows(), Single(), Together(), LongSamples()] : Array.Empty<Workload>(),
        .. _prompts.Length > 0 && _options.TransformersJs is not null ? [AgainstTransformersJs()] : Array.Empty<Workload>(),
        Prefill(),
        Likelihood("medqa_pub.jsonl", 40),
        Likelihood("medqa_text_pub.jsonl", 40),
        Likelihood("anatomy_5shot.jsonl", 60),
        Load(),
        Allocation(),
        new("fidelity", async () => new Fidelity(_options, await _options.OpenAsync()).Run()),
        Answers(),
        Questions("chain-of-thought"),
        Questions("long-form"),
        Questions("few-shot"),
    ];

    public static async Task<Workloads> LoadAsync(EndToEndOptions options)
    {
        await using var model = await OnnxLanguageModel.LoadAsync(options.ModelFolder, options.Model, CancellationToken.None);
        return new(options, await options.OpenAsync(), model.Description);
    }

    public ValueTask DisposeAsync()
    {
        _engine.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SampleRequest Request(int samples, int tokens) => new()
    {
        Count = samples,
        Temperature = 0.7,
        MaxTokens = tokens,
        StreamKey = 1,
    };

    private Workload Samples(string name, int samples, int tokens) => new(name, async () =>
    {
        var results = new List<Measurement> { new($"{name}: this engine", "tokens/s", await DrawAsync(_prompts, samples, tokens, null)) };
        if (_options.Peer is not null)
        {
            results.Add(new($"{name}: llama.cpp", "tokens/s", await Peer.LlamaCppAsync(_options, samples, tokens)));
            results.Add(new($"{name}: this engine / llama.cpp", "ratio", results[0].Value / results[1].Value));
        }

        return results;
    });

    private Workload Rows() => new("rows", async () => [new("sc11: this engine, a row for each sample", "tokens/s", await DrawAsync(_prompts, 11, 96, new(false, [11])))]);

    private Workload Single() => new("single", async () => [new("one sample of 96 tokens after the same prompts", "tokens/s", await DrawAsync(_prompts, 1, 96, null))]);

    // transformers.js is so much slower that one prompt must do.
    private Workload AgainstTransformersJs() => new("transformers.js", async () =>
    {
        var own = await DrawAsync(_prompts[..1], 11, 96, null);
        var other = await Peer.TransformersJsAsync(_options, 11, 96);
        return [new("sc11, first prompt: this engine", "tokens/s", own), new("sc11, first prompt: transformers.js", "tokens/s", other), new("sc11, first prompt: this engine / transformers.js", "ratio", own / other)];
    });

    /// <summary>One greedy sample of each prompt: one prompt after another, and all as the rows of one batch.</summary>
    private Workload Together() => new("together", async () =>
    {
        var prompts = new List<(ReadTokens Prompt, SampleRequest Request)>();
        foreach (var ids in _prompts)
        {
            prompts.Add((await _engine.ReadAsync(ids, _shared, CancellationToken.None), Request(1, 96) with { Temperature = 0 }));
        }

        var watch = Stopwatch.StartNew();
        foreach (var (prompt, request) in prompts)
        {
            await _engine.SampleAsync(prompt, request, CancellationToken.None);
        }

        var alone = prompts.Count * 96 / watch.Elapsed.TotalSeconds;
        watch.Restart();
        await _engine.SampleTogetherAsync(prompts, CancellationToken.None);
        var together = prompts.Count * 96 / watch.Elapsed.TotalSeconds;
        foreach (var (prompt, _) in prompts)
        {
            await prompt.DisposeAsync();
        }

        return [new("one sample of each prompt, decode only, one after another", "tokens/s", alone), new($"the same as {prompts.Count} rows of one batch", "tokens/s", together)];
    });

    /// <summary>The largest request of the issue's kind: 41 samples of 512 tokens after a prompt of 3,000.</summary>
    private Workload LongSamples() => new("long", async () =>
    {
        int[] ids = [.. Enumerable.Range(0, 3000).Select(place => _prompts[place / 900 % _prompts.Length][place % 900])];
        var watch = Stopwatch.StartNew();
        await using var prompt = await _engine.ReadAsync(ids, 0, CancellationToken.None);
        var request = Request(41, 512);
        var plan = _engine.PlanFor(ids.Length, request);
        var samples = await _engine.SampleAsync(prompt, plan, request, CancellationToken.None);
        using var process = Process.GetCurrentProcess();
        return
        [
            new($"41 samples of 512 tokens after 3,000 ({(plan.IsPacked ? "packed" : "rows")}, groups of {string.Join('+', plan.GroupSizes)})", "tokens/s", samples.Sum(static sample => sample.Tokens.Length) / watch.Elapsed.TotalSeconds),
            new("peak memory of this process so far", "MB", process.PeakWorkingSet64 / 1e6),
        ];
    });

    /// <summary>Generated tokens per second over prompts: reading them, sampling and text included.</summary>
    private async Task<double> DrawAsync(int[][] prompts, int samples, int tokens, SamplePlan? plan)
    {
        var watch = Stopwatch.StartNew();
        var characters = 0;
        foreach (var ids in prompts)
        {
            await using var prompt = await _engine.ReadAsync(ids, _shared, CancellationToken.None);
            var request = Request(samples, tokens);
            var drawn = await _engine.SampleAsync(prompt, plan ?? _engine.PlanFor(ids.Length, request), request, CancellationToken.None);
            characters += drawn.Sum(static sample => sample.Text.Length);
        }

        Debug.Assert(characters > 0, "The samples have text.");
        return prompts.Length * samples * tokens / watch.Elapsed.TotalSeconds;
    }

    private Workload Prefill() => new("prefill", async () =>
    {
        var results = new List<Measurement>();
        foreach (var length in (int[])[512, 1024, 2048])
        {
            int[] ids = [.. Enumerable.Range(0, length).Select(static index => 1000 + (index * 37 % 40000))];
            var watch = Stopwatch.StartNew();
            await using var prompt = await _engine.ReadAsync(ids, 0, CancellationToken.None);
            results.Add(new($"prefill of {length} tokens", "tokens/s", length / watch.Elapsed.TotalSeconds));
        }

        return results;
    });

    private Workload Likelihood(string file, int questions) => new(Path.GetFileNameWithoutExtension(file), async () =>
    {
        var items = File.ReadLines(Path.Combine(EndToEndCommand.RepositoryRoot, "tests", "references", "loglikelihood", file)).Take(questions).Select(static line => JsonDocument.Parse(line).RootElement)
            .Select(static item => (Prompt: item.GetProperty("prompt").GetString()!, Continuations: item.GetProperty("continuations").EnumerateArray().Select(static text => text.GetString()!).ToArray())).ToList();
        var contexts = items.Select(item => _tokenizer.Encode(item.Prompt)).ToList();
        var shared = contexts.Skip(1).Min(context => context.AsSpan().CommonPrefixLength(contexts[0]));
        var watch = Stopwatch.StartNew();
        foreach (var (item, context) in items.Zip(contexts))
        {
            await using var prompt = await _engine.ReadAsync(context, shared, CancellationToken.None);
            await _engine.ScoreAsync(prompt, [.. item.Continuations.Select(continuation => new ScoredSequence(context, _tokenizer.Encode(item.Prompt + continuation)[context.Length..]))], CancellationToken.None);
        }

        return [new($"likelihood: {file}, first {questions}", "questions/s", questions / watch.Elapsed.TotalSeconds)];
    });

    /// <summary>How often the most likely option is another than the exact graph's.</summary>
    private Workload Answers() => new("answers", async () =>
    {
        var (agreeing, onlyExact, onlyTried, count) = (0, 0, 0, 0);
        foreach (var line in File.ReadLines(Path.Combine(EndToEndCommand.RepositoryRoot, "tests", "references", "loglikelihood", "medqa_pub.jsonl")))
        {
            using var item = JsonDocument.Parse(line);
            var text = item.RootElement.GetProperty("prompt").GetString()!;
            var continuations = item.RootElement.GetProperty("continuations").EnumerateArray().Select(static continuation => continuation.GetString()!).ToList();
            var expected = item.RootElement.GetProperty("log_likelihoods").EnumerateArray().Select(static value => value.GetDouble()).ToList();
            var gold = continuations.IndexOf($" {item.RootElement.GetProperty("target").GetString()}");
            var context = _tokenizer.Encode(text);
            await using var prompt = await _engine.ReadAsync(context, 0, CancellationToken.None);
            var scores = await _engine.ScoreAsync(prompt, [.. continuations.Select(continuation => new ScoredSequence(context, _tokenizer.Encode(text + continuation)[context.Length..]))], CancellationToken.None);
            var exact = expected.IndexOf(expected.Max());
            var tried = Array.FindIndex(scores, score => score.LogLikelihood == scores.Max(static other => other.LogLikelihood));
            count++;
            agreeing += exact == tried ? 1 : 0;
            onlyExact += exact == gold && tried != gold ? 1 : 0;
            onlyTried += exact != gold && tried == gold ? 1 : 0;
        }

        var test = McNemar.Test(onlyExact, onlyTried);
        return
        [
            new("medqa_pub: same answer as the exact graph", "share", (double)agreeing / count),
            new("medqa_pub: right only on the exact graph", "questions", onlyExact),
            new("medqa_pub: right only on this graph", "questions", onlyTried),
            new("medqa_pub: McNemar mid-p", "p", test.MidP),
        ];
    });

    /// <summary>
    /// Questions of MedQA through a strategy, as a worker asks them: one after another, and as many at once as the model says.
    /// </summary>
    private Workload Questions(string profile) => new($"questions-{profile}", async () =>
    {
        await using var model = await OnnxLanguageModel.LoadAsync(_options.ModelFolder, _options.Model, CancellationToken.None);
        var protocol = Protocol.Of(BuiltInProfiles.Find(profile)!, ["medqa"]);
        var questions = new List<Question>();
        await using var file = File.OpenRead(_options.Questions ?? Path.Combine(EndToEndCommand.RepositoryRoot, "samples", "medqa.csv"));
        await foreach (var row in QuestionSetReader.ReadAsync(file, new QuestionSetOptions { FileName = file.Name }, CancellationToken.None))
        {
            if (row is AcceptedRow { Question: var question })
            {
                questions.Add(question);
            }
        }

        var atOnce = await model.GetQuestionsAtOnceAsync(protocol.Profile.Samples, protocol.Profile.MaxTokens, CancellationToken.None);
        await using var other = _options.BaselineGraph is { } graph
            ? await OnnxLanguageModel.LoadAsync(_options.ModelFolder, _options.Model with { Graph = graph }, CancellationToken.None)
            : null;
        var (alone, before) = await AskAsync(other ?? model, protocol, questions, 1);
        var (together, after) = await AskAsync(model, protocol, questions, atOnce);
        if (other is null && !before.SequenceEqual(after))
        {
            throw new InvalidOperationException($"Asked {atOnce} at once, {profile} gives other answers.");
        }

        using var process = Process.GetCurrentProcess();
        return
        [
            new($"{profile}, {questions.Count} questions, one after another{(other is null ? "" : $", {_options.BaselineGraph}")}", "questions/s", alone),
            new($"{profile}, {questions.Count} questions, {atOnce} at once", "questions/s", together),
            new($"{profile}, {atOnce} at once / one after another", "ratio", together / alone),
            new("peak memory of this process so far", "MB", process.PeakWorkingSet64 / 1e6),
        ];
    });

    private static async Task<(double QuestionsPerSecond, string[] Texts)> AskAsync(
        ILanguageModel model, Protocol protocol, List<Question> questions, int atOnce)
    {
        var texts = new string[questions.Count];
        var watch = Stopwatch.StartNew();
        var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce };
        await Parallel.ForAsync(0, questions.Count, options, async (index, cancellationToken) =>
        {
            var answered = await QuestionAnswerer.AnswerAsync(model, protocol, questions[index], index, TimeProvider.System, cancellationToken);
            texts[index] = string.Join('|', answered.Reasonings.Select(static reasoning => $"{reasoning.Text} {reasoning.LogLikelihood:R}"));
        });
        return (questions.Count / watch.Elapsed.TotalSeconds, texts);
    }

    private Workload Load() => new("load", async () =>
    {
        var watch = Stopwatch.StartNew();
        await using var model = await OnnxLanguageModel.LoadAsync(_options.ModelFolder, _options.Model, CancellationToken.None);
        using var process = Process.GetCurrentProcess();
        return [new("load, fingerprint and self-check included", "s", watch.Elapsed.TotalSeconds), new("peak memory of this process so far", "MB", process.PeakWorkingSet64 / 1e6)];
    });

    private Workload Allocation() => new("allocation", async () =>
    {
        var results = new List<Measurement>();
        foreach (var samples in (int[])[1, 11])
        {
            await using var prompt = await _engine.ReadAsync([.. Enumerable.Range(100, 300)], 0, CancellationToken.None);
            var few = await AllocatedAsync(prompt, samples, 16);
            var many = await AllocatedAsync(prompt, samples, 144);
            results.Add(new($"managed allocation of a step, {samples} samples, text and result included", "bytes", (many - few) / 128.0));
        }

        return results;
    });

    private async Task<long> AllocatedAsync(ReadTokens prompt, int samples, int tokens)
    {
        await _engine.SampleAsync(prompt, Request(samples, tokens), CancellationToken.None);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await _engine.SampleAsync(prompt, Request(samples, tokens), CancellationToken.None);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
