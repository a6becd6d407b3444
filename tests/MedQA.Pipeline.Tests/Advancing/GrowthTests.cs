using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>What grows with a run and what does not; docs/scale.md has the figures, which take minutes. Alone in its process while it runs: it looks at all memory.</summary>
[CollectionDefinition(nameof(GrowthTests), DisableParallelization = true)]
[Collection(nameof(GrowthTests))]
public sealed class GrowthTests(AzuriteFixture azurite)
{
    private const int BatchSize = 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_takes_less_than_three_calls_to_storage_and_not_more_in_a_larger_run()
    {
        var small = await CallsAsync(100);
        var large = await CallsAsync(500);

        Assert.True(large / 500.0 < 3, $"{large} calls for 500 questions.");
        Assert.True((large - small) / 400.0 < 1.5, $"{large - small} calls for 400 questions more.");
    }

    [Fact]
    public async Task The_memory_that_writing_a_result_takes_does_not_grow_with_the_answers()
    {
        _ = await MostMemoryAsync(500);
        var small = await MostMemoryAsync(1000);
        var large = await MostMemoryAsync(4000);

        // 3,000 answers more have 45 MB as they are stored, and twice as much as objects. What lists and tables keep of them until a block is full is 1 to 2 KB each.
        Assert.True(large - small < 15_000_000, $"{small} bytes were in use for 1,000 answers and {large} for 4,000.");
    }

    private async Task<int> CallsAsync(int questions)
    {
        var faults = new StorageFaults();
        var prefix = azurite.NewPrefix();
        await azurite.Open(prefix).EnsureCreatedAsync(Cancel);
        var bench = new Bench(azurite.Open(prefix, faults.Configure), split: new SplitOptions { DefaultProfile = "quick", BatchSize = BatchSize });
        Assert.Equal(questions, (await bench.CompleteAsync(await bench.StartAsync(questions))).Totals.Done);
        return faults.Calls;
    }

    /// <summary>The most bytes that were in use when the result of a run was written, as seen at every few calls to storage.</summary>
    private async Task<long> MostMemoryAsync(int questions)
    {
        var prefix = azurite.NewPrefix();
        await azurite.Open(prefix).EnsureCreatedAsync(Cancel);
        var bench = new Bench(azurite.Open(prefix), split: new SplitOptions { DefaultProfile = "quick", BatchSize = BatchSize });
        var run = await bench.StartAsync(questions);
        for (var batch = 0; batch < questions / BatchSize; batch++)
        {
            var lines = Enumerable.Range(batch * BatchSize, BatchSize).SelectMany(static ordinal => (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(Answer(ordinal), PipelineJson.Compact.AnsweredQuestion), (byte)'\n']).ToArray();
            await bench.Storage.Answers(run, BatchId.First(batch)).PutAsync(BinaryData.FromBytes(lines), "application/x-ndjson", Cancel);
        }

        var manifest = (await bench.Reader.GetManifestAsync(run, Cancel))!;
        var memory = new MemoryAtCalls();
        var watched = azurite.Open(prefix, options => options.AddPolicy(memory, HttpPipelinePosition.PerCall));
        var row = (await new RunRows(watched).FindAsync(run, Cancel))!;
        var report = await new RunFinish(watched).WriteAsync(row, manifest, complete: true, Cancel);
        Assert.Equal(questions, report!.Questions.Asked);
        return memory.Most;
    }

    private static AnsweredQuestion Answer(int ordinal) => new()
    {
        Ordinal = ordinal,
        Id = $"q{ordinal}",
        Dataset = "set",
        OptionCount = 4,
        Gold = ordinal % 4,
        Answer = 0,
        Votes = [11, 0, 0, 0],
        SamplesAsked = 11,
        EngineFingerprint = "scripted engine 1",
        Reasonings =
        [
            .. Enumerable.Range(0, 11).Select(index => new Reasoning
            {
                Index = index,
                Text = new string((char)('a' + index), 600),
                Tokens = [.. Enumerable.Range(ordinal, 120)],
                LogLikelihood = -index,
                DrawnTokens = 121,
                End = SampleEnd.EndToken,
                Answer = 0,
            }),
        ],
    };

    private sealed class MemoryAtCalls : HttpPipelinePolicy
    {
        private int _calls;

        public long Most { get; private set; }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything is asked for without blocking.");

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await ProcessNextAsync(message, pipeline);
            if (Interlocked.Increment(ref _calls) % 8 == 0)
            {
                Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true));
            }
        }
    }
}
