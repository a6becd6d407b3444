using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Caching;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;
using MedQA.Inference.SoftPrompts;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Decoding;

/// <summary>Questions asked at once, step by step: the test holds the gate between any two steps.</summary>
public sealed class RowSchedulerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("llama-genai", 2, 1)]
    [InlineData("llama-genai", 7, 2)]
    [InlineData("qwen2-genai", 7, 3)]
    [InlineData("llama-packed", 2, 4)]
    [InlineData("llama-packed", 7, 5)]
    public async Task Questions_that_come_at_any_step_draw_what_each_draws_alone(string model, int questions, int seed)
    {
        using var bench = new Bench(model);
        var asked = bench.Questions(questions, seed);

        var drawn = await bench.DrawAsync(asked, new Random(seed), cancelAt: []);

        Assert.All(asked.Zip(drawn), static pair => AssertSame(pair.First.Alone, pair.Second!));
        Assert.True(bench.MostRows > 1, "No two questions were drawn together.");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_question_cancelled_at_any_step_leaves_the_others_as_they_are(int questions)
    {
        using var bench = new Bench("llama-packed");
        var asked = bench.Questions(questions, seed: 6);
        for (var step = 0; step < 14; step++)
        {
            var cancelled = step % questions;

            var drawn = await bench.DrawAsync(asked, new Random(step), cancelAt: new() { [cancelled] = step });

            foreach (var (index, sample) in drawn.Index())
            {
                Assert.True(sample is not null || index == cancelled, $"Question {index} has no sample, but {cancelled} was cancelled at step {step}.");
                if (sample is not null)
                {
                    AssertSame(asked[index].Alone, sample);
                }
            }
        }
    }

    [Fact]
    public async Task Where_memory_holds_one_row_questions_are_drawn_one_after_another()
    {
        using var bench = new Bench("llama-packed", rowsOfContext: 0);
        var asked = bench.Questions(4, seed: 8);

        var drawn = await bench.DrawAsync(asked, new Random(8), cancelAt: []);

        Assert.All(asked.Zip(drawn), static pair => AssertSame(pair.First.Alone, pair.Second!));
        Assert.Equal(1, bench.MostRows);
    }

    [Fact]
    public async Task A_question_longer_than_the_rows_waits_until_they_are_empty()
    {
        using var bench = new Bench("llama-packed");
        Asked[] asked = [bench.Question(20, 30, 1), bench.Question(400, 40, 2), bench.Question(20, 30, 3)];

        var drawn = await bench.DrawAsync(asked, arrivals: null, cancelAt: []);

        Assert.All(asked.Zip(drawn), static pair => AssertSame(pair.First.Alone, pair.Second!));
    }

    [Fact]
    public async Task A_long_question_does_not_keep_later_short_ones_apart()
    {
        using var bench = new Bench("llama-packed", rowsOfContext: 1);
        var first = bench.Question(400, 40, 1);
        AssertSame(first.Alone, (await bench.DrawAsync([first], arrivals: null, cancelAt: []))[0]!);
        Assert.Equal(1, bench.MostRows);
        Asked[] asked = [.. Enumerable.Range(0, 4).Select(index => bench.Question(20, 30, index))];

        var drawn = await bench.DrawAsync(asked, arrivals: null, cancelAt: []);

        Assert.All(asked.Zip(drawn), static pair => AssertSame(pair.First.Alone, pair.Second!));
        Assert.Equal(4, bench.MostRows);
    }

    [Fact]
    public async Task A_question_whose_logits_are_no_numbers_fails_alone()
    {
        using var bench = new Bench("llama-packed");
        Asked[] asked = [bench.Question(20, 30, 1), bench.Broken(bench.Question(25, 30, 2)), bench.Question(30, 30, 3)];

        var drawing = asked.Select(question => bench.Scheduler.DrawAsync(question.Prompt, question.Request, Token)).ToArray();

        await Assert.ThrowsAsync<InvalidOperationException>(() => drawing[1]);
        AssertSame(asked[0].Alone, await drawing[0]);
        AssertSame(asked[2].Alone, await drawing[2]);
    }

    [Fact]
    public async Task What_is_drawn_when_the_engine_is_disposed_of_fails()
    {
        using var bench = new Bench("llama-packed");
        var asked = bench.Question(20, 30, 1);
        await bench.Gate.WaitAsync(Token);
        var drawing = bench.Scheduler.DrawAsync(asked.Prompt, asked.Request, Token);

        bench.Scheduler.Dispose();
        bench.Gate.Release();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => drawing);
    }

    private static void AssertSame(Sample alone, Sample together)
    {
        Assert.Equal(alone.Tokens, together.Tokens);
        Assert.Equal(BitConverter.DoubleToInt64Bits(alone.LogLikelihood), BitConverter.DoubleToInt64Bits(together.LogLikelihood));
        Assert.Equal((alone.Text, alone.End, alone.DrawnTokens), (together.Text, together.End, together.DrawnTokens));
    }

    internal sealed record Asked(ReadTokens Prompt, SampleRequest Request, Sample Alone);

    private sealed class Bench : IDisposable
    {
        private readonly DecoderSession _session;
        private readonly Tokenizer _tokenizer;
        private readonly SampleDrawing _drawing;
        private readonly KeyValueCache _work;
        private readonly List<ReadTokens> _prompts = [];

        /// <param name="model">The model.</param>
        /// <param name="rowsOfContext">How many rows of 512 cells memory holds; 0 for none, which is enough for one row.</param>
        public Bench(string model, int rowsOfContext = 100)
        {
            var folder = ModelFolder.Open(Repository.PathOf("models", "tiny", model), null);
            _session = DecoderSession.Open(folder, new ModelOptions { Threads = 1 });
            _tokenizer = Tokenizer.Load(folder);
            _drawing = new SampleDrawing(_session, _tokenizer, []);
            _work = _session.CreateCache();
            Scheduler = new RowScheduler(
                _session, _drawing, Gate, static () => { }, 8, rowsOfContext * KeyValueCache.BytesOf(_session.Layout, 1, 512));
        }

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public RowScheduler Scheduler { get; }

        public int MostRows { get; private set; }

        public Asked[] Questions(int count, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).Select(index => Question(random.Next(1, 200), random.Next(1, 24), (seed * 100) + index))];
        }

        public Asked Question(int length, int maxTokens, int seed)
        {
            int[] ids = [.. Enumerable.Range(0, length).Select(place => 3 + (((place * 17) + (seed * 31)) % 500))];
            var cache = _session.CreateCache();
            cache.Reshape(1, length + 8);
            using var prefixes = new PrefixCaches(_session, 0);
            new PromptReader(_session, prefixes).Read(cache, ids, 0, Token);
            var prompt = new ReadTokens(
                static cache =>
                {
                    cache.Dispose();
                    return ValueTask.CompletedTask;
                },
                ids,
                0,
                cache,
                _session.LogitsOf(0, 0));
            _prompts.Add(prompt);
            var request = new SampleRequest { Count = 1, Temperature = seed % 3 == 0 ? 0 : 0.7, MaxTokens = maxTokens, StreamKey = (ulong)seed };
            var plan = new SamplePlan(_session.Layout.CanPack, [1]);
            return new(prompt, request, Assert.Single(_drawing.Draw(cache, prompt.Logits, plan, request, _work, Token)));
        }

        /// <summary>The same question, whose keys and values are no numbers.</summary>
        public Asked Broken(Asked asked)
        {
            var (layout, length) = (_session.Layout, asked.Prompt.Ids.Length);
            var numbers = length * layout.KeyValueHeads * layout.HeadSize;
            asked.Prompt.Cache.Fill(new SoftPromptKeyValues(
                length, layout.KeyValueHeads, layout.HeadSize, [.. layout.CacheTensors.Select(_ => Enumerable.Repeat(float.NaN, numbers).ToArray())]));
            return asked;
        }

        /// <summary>Lets the scheduler take one step at a time; questions come and are cancelled between steps.</summary>
        public async Task<Sample?[]> DrawAsync(Asked[] asked, Random? arrivals, Dictionary<int, int> cancelAt)
        {
            var cancels = asked.Select(static _ => new CancellationTokenSource()).ToArray();
            var comesAt = asked.Select(_ => arrivals?.Next(0, 12) ?? 0).ToArray();
            var drawing = new Task<Sample>?[asked.Length];
            await Gate.WaitAsync(Token);
            for (var step = 0; Scheduler.IsBusy || Array.Exists(drawing, static drawn => drawn is null); step++)
            {
                Assert.True(step < 2000, "The scheduler takes no steps.");
                for (var index = 0; index < asked.Length; index++)
                {
                    if (comesAt[index] == step)
                    {
                        drawing[index] = Scheduler.DrawAsync(asked[index].Prompt, asked[index].Request, cancels[index].Token);
                    }

                    if (cancelAt.TryGetValue(index, out var at) && at == step)
                    {
                        await cancels[index].CancelAsync();
                        drawing[index] ??= Scheduler.DrawAsync(asked[index].Prompt, asked[index].Request, cancels[index].Token);
                        comesAt[index] = -1;
                    }
                }

                // The gate is handed to whoever waits longest: to the scheduler for one step, once it waits, and back.
                var turns = Scheduler.Turns;
                do
                {
                    var back = Gate.WaitAsync(Token);
                    Gate.Release();
                    await back;
                    await Task.Yield();
                }
                while (Scheduler.IsBusy && Scheduler.Turns == turns);
                MostRows = Math.Max(MostRows, Scheduler.Rows);
            }

            Gate.Release();
            var samples = new Sample?[asked.Length];
            for (var index = 0; index < asked.Length; index++)
            {
                try
                {
                    samples[index] = await drawing[index]!;
                }
                catch (OperationCanceledException) when (cancels[index].IsCancellationRequested)
                {
                    samples[index] = null;
                }
            }

            return samples;
        }

        public void Dispose()
        {
            Scheduler.Dispose();
            _work.Dispose();
            foreach (var prompt in _prompts)
            {
                prompt.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }

            _session.Dispose();
            Gate.Dispose();
        }
    }
}
