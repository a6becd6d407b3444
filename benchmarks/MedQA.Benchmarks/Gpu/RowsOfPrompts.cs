using System.Diagnostics;
using System.Text.Json;
using MedQA.Benchmarks.EndToEnd;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Caching;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;
using MedQA.Inference.Tokenization;

namespace MedQA.Benchmarks.Gpu;

/// <summary>
/// Greedy samples after the prompts of references/greedy.json, drawn by the engine's scheduler of rows. With more rows than prompts, a
/// prompt has several rows.
/// </summary>
internal sealed class RowsOfPrompts : IDisposable
{
    private const int Tokens = 64;
    private const int Rounds = 2;
    private static readonly SampleRequest Request = new() { Count = 1, Temperature = 0, MaxTokens = Tokens, StreamKey = 1 };

    private readonly DecoderSession _session;
    private readonly SampleDrawing _drawing;
    private readonly List<ReadTokens> _prompts = [];
    private readonly List<Sample> _alone = [];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private TaskCompletionSource _ended = new();

    public RowsOfPrompts(ModelFolder folder, ModelOptions options)
    {
        _session = DecoderSession.Open(folder, options);
        _drawing = new(_session, Tokenizer.Load(folder), []);
        using var prefixes = new PrefixCaches(_session, 0);
        var reader = new PromptReader(_session, prefixes);
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(EndToEndCommand.RepositoryRoot, "tests", "references", "greedy.json")));

        // The longest first: rows have the cells that the first of them needs.
        var prompts = cases.RootElement.EnumerateArray()
            .Select(static item => item.GetProperty("input_ids").EnumerateArray().Select(static id => id.GetInt32()).ToArray())
            .OrderByDescending(static ids => ids.Length)
            .ToList();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            foreach (var ids in prompts)
            {
                var cache = _session.CreateCache();
                cache.Reshape(1, ids.Length);
                reader.Read(cache, ids, 0, CancellationToken.None);
                if (round == 0)
                {
                    _prompts.Add(new(
                        static read =>
                        {
                            read.Dispose();
                            return ValueTask.CompletedTask;
                        },
                        ids,
                        0,
                        cache,
                        _session.LogitsOf(0, 0)));
                }
                else
                {
                    cache.Dispose();
                }
            }

            PrefillRate = Math.Max(PrefillRate, prompts.Sum(static ids => ids.Length) / watch.Elapsed.TotalSeconds);
        }
    }

    /// <summary>Tokens of prompts read per second, one prompt after another; the better of two rounds.</summary>
    public double PrefillRate { get; }

    /// <summary>Whether the caches are in the GPU's memory.</summary>
    public bool HasDeviceCaches => _session.HasDeviceCaches;

    /// <summary>Returns the bytes of the cells of a number of rows.</summary>
    public long BytesOf(int rows) => KeyValueCache.BytesOf(_session.Layout, rows, _prompts[0].Ids.Length + Tokens - 1);

    /// <summary>Draws after one prompt after another.</summary>
    /// <returns>Tokens per second: the better of two rounds.</returns>
    public async Task<double> DrawAloneAsync()
    {
        using var rows = Scheduler(1);
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            _alone.Clear();
            var seconds = 0.0;
            foreach (var prompt in _prompts)
            {
                var (samples, elapsed) = await DrawAsync(rows, [prompt]);
                _alone.AddRange(samples);
                seconds += elapsed;
            }

            best = Math.Max(best, StepTokens(_prompts.Count) / seconds);
        }

        return best;
    }

    /// <summary>Draws after as many prompts as there are rows, all at once.</summary>
    /// <returns>Tokens per second, the better of two rounds, and the share of rows whose tokens are those that the prompt gave alone.</returns>
    public async Task<(double Rate, double Same)> DrawTogetherAsync(int rows)
    {
        using var scheduler = Scheduler(rows);
        var (best, same) = (0.0, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            var (samples, seconds) = await DrawAsync(scheduler, [.. Enumerable.Range(0, rows).Select(row => _prompts[row % _prompts.Count])]);
            best = Math.Max(best, StepTokens(rows) / seconds);
            same = (double)samples.Index().Count(pair => pair.Item.Tokens.SequenceEqual(_alone[pair.Index % _alone.Count].Tokens)) / rows;
        }

        return (best, same);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var prompt in _prompts)
        {
            prompt.Cache.Dispose();
        }

        _gate.Dispose();
        _session.Dispose();
    }

    // The first token of each row is drawn from the prompt's logits.
    private static int StepTokens(int rows) => rows * (Tokens - 1);

    private RowScheduler Scheduler(int rows) => new(_session, _drawing, _gate, () => _ended.SetResult(), rows, long.MaxValue);

    private async Task<(Sample[] Samples, double Seconds)> DrawAsync(RowScheduler rows, IReadOnlyList<ReadTokens> prompts)
    {
        _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // All are there before the first step.
        await _gate.WaitAsync();
        var drawing = prompts.Select(prompt => rows.DrawAsync(prompt, Request, CancellationToken.None)).ToArray();
        var watch = Stopwatch.StartNew();
        _gate.Release();
        var samples = await Task.WhenAll(drawing);
        var seconds = watch.Elapsed.TotalSeconds;
        await _ended.Task;
        return (samples, seconds);
    }
}
