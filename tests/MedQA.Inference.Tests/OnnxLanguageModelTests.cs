using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Verifying;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Tests;

public class OnnxLanguageModelTests(DefaultModel fixture)
{
    private static readonly DateOnly Date = new(2026, 1, 1);

    private static readonly ChatPrompt Question = new(
        [
            ChatMessage.User("Question: Which vitamin prevents scurvy?\n(A) Vitamin A\n(B) Vitamin C"),
            ChatMessage.Assistant("Scurvy is a lack of vitamin C. Answer: (B)"),
            ChatMessage.User("Question: Which organ makes insulin?\n(A) The pancreas\n(B) The liver"),
        ],
        SharedMessages: 2,
        Date);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OnnxLanguageModel Model => fixture.Model;

    [Fact]
    public void The_description_says_what_decides_the_bits()
    {
        Assert.Equal("smollm2-135m-instruct", Model.Description.Name);
        Assert.Equal(8192, Model.Description.ContextLength);
        Assert.True(Model.Description.HasChatTemplate);
        Assert.Matches("^[0-9a-f]{64}$", Model.Description.Fingerprint);
        Assert.Matches(@"^engine \d+; ONNX Runtime \d+\.\d+\.\d+; cpu \S+.*; packed; cache \d+$", Model.Description.EngineFingerprint);
    }

    [Fact]
    public async Task Samples_are_the_same_whatever_ran_before_and_however_they_are_asked_for()
    {
        var first = await SampleAsync(Question, Request(5));
        await SampleAsync(new CompletionPrompt("Something else entirely that is asked in between", 0), Request(3));

        var again = await SampleAsync(Question, Request(5));
        var together = await Task.WhenAll(SampleAsync(Question, Request(5)), SampleAsync(new CompletionPrompt("At the same time", 0), Request(2)), SampleAsync(Question, Request(5)));

        Assert.Equal(first.Select(Bits), again.Select(Bits));
        Assert.Equal(first.Select(Bits), together[0].Select(Bits));
        Assert.Equal(first.Select(Bits), together[2].Select(Bits));
        Assert.True(first.Select(static sample => sample.Text).Distinct().Count() > 1);
    }

    [Fact]
    public async Task Samples_are_the_same_with_one_thread_and_with_two_and_after_a_restart()
    {
        var expected = await SampleAsync(Question, Request(3));
        foreach (var threads in (int[])[1, 2])
        {
            await using var other = await OnnxLanguageModel.LoadAsync(DefaultModel.Folder, new() { Threads = threads, SharedPrefixBudget = 0 }, Token);

            Assert.Equal(expected.Select(Bits), (await SampleAsync(Question, Request(3), other)).Select(Bits));
        }
    }

    [Fact]
    public async Task Samples_rescored_have_the_text_and_the_log_likelihood_that_they_were_drawn_with()
    {
        await using var prompt = await Model.ReadAsync(Question, Token);
        var samples = await prompt.SampleAsync(Request(4) with { Stop = ["."], MaxTokens = 40 }, Token);
        var changed = samples[0] with { Tokens = [.. samples[0].Tokens.Reverse()] };

        var rescored = await prompt.RescoreAsync([.. samples, changed], Token);

        foreach (var (sample, again) in samples.Zip(rescored))
        {
            Assert.StartsWith(sample.Text, again.Text, StringComparison.Ordinal);
            Assert.Equal(sample.LogLikelihood / sample.DrawnTokens, again.LogLikelihood / sample.DrawnTokens, AnswerVerifier.DefaultTolerance);
        }

        // What the model did not draw stands out.
        Assert.True((samples[0].LogLikelihood - rescored[4].LogLikelihood) / samples[0].DrawnTokens > 1);
    }

    [Fact]
    public async Task Waves_follow_the_random_streams_of_their_samples()
    {
        var second = await SampleAsync(Question, Request(2) with { FirstIndex = 3 });
        var again = await SampleAsync(Question, Request(2) with { FirstIndex = 3, Stage = 1 });

        Assert.Equal([3, 4], second.Select(static sample => sample.Index));
        Assert.NotEqual(second.Select(static sample => sample.Text), again.Select(static sample => sample.Text));
    }

    [Fact]
    public async Task A_sample_ends_in_front_of_a_stop_text()
    {
        var whole = (await SampleAsync(Question, Request(1) with { Temperature = 0, MaxTokens = 40 }))[0];
        var stop = whole.Text[10..14];

        var cut = (await SampleAsync(Question, Request(1) with { Temperature = 0, MaxTokens = 40, Stop = [stop] }))[0];

        Assert.Equal(SampleEnd.StopText, cut.End);
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
        Assert.True(cut.DrawnTokens < whole.DrawnTokens);
        Assert.Equal(cut.DrawnTokens, cut.Tokens.Length);
    }

    [Fact]
    public async Task A_sample_ends_at_the_end_token_which_counts_as_drawn()
    {
        var prompt = new ChatPrompt([ChatMessage.User("Say only: yes")], 0, Date);

        var sample = (await SampleAsync(prompt, Request(1) with { Temperature = 0, MaxTokens = 200 }))[0];

        Assert.Equal(SampleEnd.EndToken, sample.End);
        Assert.Equal(sample.Tokens.Length + 1, sample.DrawnTokens);
        Assert.DoesNotContain("<|im_end|>", sample.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_continuation_is_scored_after_a_sample_and_a_cue()
    {
        await using var prompt = await Model.ReadAsync(Question, Token);
        var sample = (await prompt.SampleAsync(Request(1) with { Temperature = 0, MaxTokens = 8 }, Token))[0];

        var scores = await prompt.ScoreAsync(
            [
                new([], "", [sample.Text]),
                new(sample.Tokens, "\nAnswer: (", ["A", "B"]),
                new(sample.Tokens, "\nAnswer: (", ["B"]),
            ],
            Token);

        // One token at a time and all at once run through different kernels of the 4-bit graph, each some 0.004 nats a token from the exact one (docs/performance.md) and by processor from each other; a wrong token would be off by several nats.
        Assert.Equal(sample.LogLikelihood, scores[0][0].LogLikelihood, 0.5);
        Assert.Equal(2, scores[1].Count);
        Assert.All(scores[1], static score => Assert.Equal(1, score.Tokens));
        Assert.All(scores[1], static score => Assert.True(score.LogLikelihood < 0));
        Assert.Equal(scores[1][1], scores[2][0]);
    }

    [Fact]
    public async Task What_does_not_fit_the_context_is_refused_with_its_lengths()
    {
        var prompt = new CompletionPrompt(string.Concat(Enumerable.Repeat(" word", 9000)), 0);
        var tooLong = await Assert.ThrowsAsync<ContextOverflowException>(() => Model.ReadAsync(prompt, Token));
        Assert.StartsWith("The prompt has 9000 tokens", tooLong.Message, StringComparison.Ordinal);

        await using var read = await Model.ReadAsync(Question, Token);
        var overflow = await Assert.ThrowsAsync<ContextOverflowException>(() => read.SampleAsync(Request(1) with { MaxTokens = 8192 }, Token));
        Assert.Equal($"The prompt has {read.TokenCount} tokens and 8192 more are wanted, but the model's context holds 8192.", overflow.Sentence);
    }

    [Fact]
    public async Task A_cancelled_request_stops_and_leaves_the_model_usable()
    {
        await using var prompt = await Model.ReadAsync(Question, Token);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        source.CancelAfter(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => prompt.SampleAsync(Request(4) with { Temperature = 5, MaxTokens = 4000 }, source.Token));

        Assert.Single(await prompt.SampleAsync(Request(1), Token));
    }

    [Fact]
    public async Task An_impossible_request_is_refused_by_name()
    {
        await using var prompt = await Model.ReadAsync(Question, Token);

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => prompt.SampleAsync(Request(1) with { TopP = 0 }, Token));
        Assert.Contains("TopP is 0", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => prompt.ScoreAsync([new([], "", [])], Token));
    }

    [Fact]
    public async Task A_disposed_model_refuses_work_and_held_prompts_can_still_be_disposed()
    {
        var model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "tiny", "llama-packed"), new(), Token);
        var prompt = await model.ReadAsync(new CompletionPrompt("A 23-year-old", 0), Token);
        await model.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.ReadAsync(new CompletionPrompt("A", 0), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => prompt.SampleAsync(Request(1), Token));
        await prompt.DisposeAsync();
    }

    [Fact]
    public async Task Cuda_without_its_runtime_fails_at_load_and_names_the_setting()
    {
        var exception = await Assert.ThrowsAsync<UnusableException>(() => OnnxLanguageModel.LoadAsync(DefaultModel.Folder, new() { Provider = ExecutionProvider.Cuda }, Token));

        Assert.Contains("Provider is cuda", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Set Provider to cpu", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_out_of_range_is_refused_by_name()
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => OnnxLanguageModel.LoadAsync(DefaultModel.Folder, new() { Threads = -1 }, Token));

        Assert.Contains("Threads is -1", exception.Message, StringComparison.Ordinal);
    }

    private static SampleRequest Request(int count) => new() { Count = count, Temperature = 0.7, MaxTokens = 24, StreamKey = 7 };

    // The text of a double tells all its bits.
    private static string Bits(Sample sample) => $"{sample.Index} {string.Join(',', sample.Tokens)} {sample.LogLikelihood:R} {sample.End}";

    private async Task<IReadOnlyList<Sample>> SampleAsync(Prompt prompt, SampleRequest request, OnnxLanguageModel? model = null)
    {
        await using var read = await (model ?? Model).ReadAsync(prompt, Token);
        return await read.SampleAsync(request, Token);
    }
}
