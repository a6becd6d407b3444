using System.Text.Json;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// Answers one question so that it costs only itself: within its time limit, and with a failure instead of an answer where the model
/// throws, does not end, or has brought down its worker before.
/// </summary>
/// <param name="model">What is asked.</param>
/// <param name="run">The run.</param>
/// <param name="batch">The batch.</param>
/// <param name="prices">
/// What tokens cost, as the run states it: a worker's own file may state other prices. <see langword="null"/> without prices.
/// </param>
/// <param name="options">Limits of times.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Receives failures.</param>
internal sealed class QuestionAttempt(
    ILanguageModel model, RunId run, BatchId batch, TokenPrices? prices, WorkerOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>What the model is.</summary>
    public ModelDescription Model => model.Description;

    /// <summary>Loads the model, if it is not; no question's time limit counts that.</summary>
    /// <exception cref="ModelUnavailableException">It cannot be loaded at present.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => model.PrepareAsync(cancellationToken);

    /// <summary>Returns how many questions to ask at once: as many as the model says, or fewer where the options say so.</summary>
    public async Task<int> GetQuestionsAtOnceAsync(Protocol protocol, CancellationToken cancellationToken) => Math.Min(
        options.QuestionsAtOnce ?? int.MaxValue,
        await model.GetQuestionsAtOnceAsync(protocol.Profile.SamplesPerQuestion, protocol.Profile.MaxTokens, cancellationToken));

    /// <summary>Answers a question.</summary>
    /// <param name="protocol">How to ask.</param>
    /// <param name="asked">What to ask.</param>
    /// <param name="lost">Drops the question at once: nothing more may be written.</param>
    /// <param name="stopping">Drops the question after <see cref="WorkerOptions.Drain"/>.</param>
    /// <returns>The answer or failure, or <see langword="null"/> where the question was dropped.</returns>
    /// <exception cref="ModelUnavailableException">The model cannot be asked at present: no question's fault.</exception>
    public async Task<AnsweredQuestion?> AnswerAsync(
        Protocol protocol, BatchQuestion asked, CancellationToken lost, CancellationToken stopping)
    {
        using var drained = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var dropped = CancellationTokenSource.CreateLinkedTokenSource(drained.Token, lost);
        using var leftBehind = new CancellationTokenSource(TimeSpan.FromSeconds(protocol.Profile.MaxSeconds) + options.GiveIn, time);
        await using var draining = stopping.Register(() => drained.CancelAfter(options.Drain));
        await using var givingIn = dropped.Token.Register(() => leftBehind.CancelAfter(options.GiveIn));
        var token = dropped.Token;
        var began = time.GetTimestamp();

        // Its own task, because a model may compute for long before it first gives way.
        var answering = Task.Run(
            () => QuestionAnswerer.AnswerAsync(model, protocol, asked.Question, asked.Ordinal, time, token), CancellationToken.None);
        try
        {
            return await answering.WaitAsync(leftBehind.Token);
        }
        catch (Exception) when (token.IsCancellationRequested)
        {
            Forget(answering, asked.Ordinal);
            return null;
        }
        catch (OperationCanceledException) when (leftBehind.IsCancellationRequested)
        {
            Forget(answering, asked.Ordinal);
            return Failed(
                protocol,
                asked,
                FailureCodes.TimeLimit,
                $"The model exceeded the profile's maxSeconds, {protocol.Profile.MaxSeconds}, and did not stop when cancelled.",
                time.GetElapsedTime(began));
        }
        catch (Exception exception) when (exception is not ModelUnavailableException)
        {
            // Whatever a model throws is this question's failure: the next question gets its chance, and a retry of the run tries this one
            // again.
            logger.QuestionNotAnswered(asked.Ordinal, batch, run, FaultText.Of(exception));
            return Failed(
                protocol, asked, "modelError", $"{exception.GetType().Name}: {FaultText.MessageOf(exception)}", time.GetElapsedTime(began));
        }
    }

    /// <summary>Returns the failure of a question that has crashed its worker twice.</summary>
    public AnsweredQuestion Crashed(Protocol protocol, BatchQuestion asked, int crashes) =>
        Failed(protocol, asked, "workerCrashed", $"The worker crashed {crashes} times while answering this question.", TimeSpan.Zero);

    /// <summary>Returns the failure of a question that its model's service has not answered again and again.</summary>
    public AnsweredQuestion GivenUp(Protocol protocol, BatchQuestion asked, int tries) => Failed(
        protocol,
        asked,
        FailureCodes.BadAnswer,
        $"The model's service did not answer this question in {tries} tries. The log has the reasons; a retry of the run tries it again.",
        TimeSpan.Zero);

    /// <summary>
    /// Adds to an answer what earlier attempts at its question used, and states what all of it costs by the run's prices.
    /// </summary>
    /// <param name="answered">The answer.</param>
    /// <param name="spent">What the service counted for tries that ended without an answer.</param>
    /// <param name="lostTries">
    /// How many attempts had sent the question before their worker was killed: what they sent may have been charged for. They are taken to
    /// have sent as many requests as this one.
    /// </param>
    public AnsweredQuestion Charged(AnsweredQuestion answered, TokenUsage spent, int lostTries)
    {
        if (answered.Usage is null && spent == TokenUsage.None)
        {
            return answered;
        }

        var own = answered.Usage ?? TokenUsage.None;
        var usage = own with { LostRequests = own.LostRequests + (lostTries * own.Requests) } + spent;
        var isCounted = usage.PromptTokens + usage.CompletionTokens > 0;
        return answered with
        {
            Usage = usage with { Cost = isCounted ? prices?.CostOf(usage.PromptTokens, usage.CompletionTokens) : null },
        };
    }

    /// <summary>The second try's answer or failure, which says that it is one.</summary>
    /// <param name="answered">The second try's result.</param>
    /// <param name="firstSeconds">How long the first took.</param>
    public static AnsweredQuestion TriedAgain(AnsweredQuestion answered, double firstSeconds) => answered with
    {
        TriedAgain = true,
        Seconds = answered.Seconds + firstSeconds,
        Failure = answered.Failure is { Code: FailureCodes.TimeLimit } failure
            ? failure with { Message = $"{failure.Message} It was tried twice." }
            : answered.Failure,
    };

    /// <summary>The answer as a line of a progress blob; a failure where the answer is longer than a line can be.</summary>
    public (AnsweredQuestion Answered, byte[] Line) Write(Protocol protocol, BatchQuestion asked, AnsweredQuestion answered)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(answered, PipelineJson.Compact.AnsweredQuestion);
        if (line.Length + 2 > ProgressLog.MaxLine)
        {
            var sentence = $"The samples have {line.Length} bytes as JSON; at most {ProgressLog.MaxLine} can be stored. "
                + "Use fewer samples or a smaller maxTokens.";
            var failed = Failed(protocol, asked, FailureCodes.AnswerTooLong, sentence, TimeSpan.FromSeconds(answered.Seconds));
            answered = failed with { TriedAgain = answered.TriedAgain, Usage = answered.Usage };
            line = JsonSerializer.SerializeToUtf8Bytes(answered, PipelineJson.Compact.AnsweredQuestion);
        }

        return (answered, line);
    }

    private AnsweredQuestion Failed(Protocol protocol, BatchQuestion asked, string code, string message, TimeSpan took)
    {
        Question question = asked.Question;
        return new AnsweredQuestion
        {
            Ordinal = asked.Ordinal,
            Id = question.Id,
            Dataset = question.Dataset,
            Topic = question.Topic,
            QuestionFingerprint = QuestionFingerprint.Of(question),
            Cluster = QuestionFingerprint.ClusterOf(question),
            OptionCount = question.Options.Length,
            Gold = question.Gold,
            SeveralRight = question.SeveralRight,
            GoldSet = question.GoldSet,
            Votes = [.. Enumerable.Repeat(0, question.SeveralRight ? 0 : question.Options.Length)],
            SamplesAsked = protocol.Profile.Samples,
            Seconds = took.TotalSeconds,
            EngineFingerprint = model.Description.EngineFingerprint,
            Failure = new AnswerFailure(code, message),
        };
    }

    private void Forget(Task answering, int ordinal) => _ = answering.ContinueWith(
        left => logger.DroppedQuestionFailed(ordinal, batch, run, FaultText.Of(left.Exception)),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);
}
