using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Strategies;

/// <summary>Answers a question with a language model as a protocol says.</summary>
public static class QuestionAnswerer
{
    /// <summary>
    /// Answers one question. Faults of the model or the question become a result (no answer, or
    /// <see cref="AnsweredQuestion.Failure"/>); other faults throw.
    /// </summary>
    /// <exception cref="ModelUnavailableException">The model cannot be asked at present.</exception>
    /// <param name="model">The model.</param>
    /// <param name="protocol">How to ask.</param>
    /// <param name="question">What to ask.</param>
    /// <param name="ordinal">The question's place in the run, from 0.</param>
    /// <param name="time">The clock for <see cref="AnsweredQuestion.Seconds"/> and for the profile's time limit.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is kept then.</param>
    public static async Task<AnsweredQuestion> AnswerAsync(
        ILanguageModel model, Protocol protocol, Question question, int ordinal, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(time);
        var started = time.GetTimestamp();
        var meter = new UsageMeter();
        AnsweredQuestion answered;
        try
        {
            answered = await AnswerInTimeAsync(model.WithMeter(meter), protocol, question, time, cancellationToken);
        }
        catch (ModelUnavailableException exception)
        {
            exception.Usage = meter.Sum;
            throw;
        }

        return answered with
        {
            Ordinal = ordinal,
            Topic = question.Topic,
            QuestionFingerprint = QuestionFingerprint.Of(question),
            Cluster = QuestionFingerprint.ClusterOf(question),
            OptionCount = question.Options.Length,
            ChoosableOptions = ChoosableOf(question),
            Gold = question.Gold,
            SeveralRight = question.SeveralRight,
            GoldSet = question.GoldSet,
            Seconds = time.GetElapsedTime(started).TotalSeconds,
            EngineFingerprint = model.Description.EngineFingerprint,
            Usage = meter.Sum,
        };
    }

    /// <summary>Returns how many options could be chosen, where that is not all of them.</summary>
    private static int? ChoosableOf(Question question) =>
        OptionReading.Of(question.Options).Choosable(question.Options.Length, question.RightOptions) is var choosable
            && choosable < question.Options.Length ? choosable : null;

    private static async Task<AnsweredQuestion> AnswerInTimeAsync(
        ILanguageModel model, Protocol protocol, Question question, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(protocol.Profile.MaxSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var answered = await AnswerFittingAsync(model, protocol, question, either.Token);
            return answered.Failure is null
                && answered.Reasonings is [_, ..] all
                && all.All(static reasoning => reasoning.End == SampleEnd.ContentFilter)
                ? answered with
                {
                    Answer = null,
                    AnswerSet = null,
                    Failure = new AnswerFailure(
                        FailureCodes.ContentFilter, "A content filter of the model's service withheld every answer to the question.")
                }
                : answered;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Failed(
                protocol,
                question,
                FailureCodes.TimeLimit,
                $"The question took longer than the profile's maxSeconds, {protocol.Profile.MaxSeconds}.");
        }
        catch (PromptException exception)
        {
            return Failed(protocol, question, FailureCodes.Prompt, exception.Message);
        }
        catch (AnswerRefusedException exception)
        {
            return Failed(protocol, question, exception.Code, exception.Message);
        }
    }

    private static async Task<AnsweredQuestion> AnswerFittingAsync(
        ILanguageModel model, Protocol protocol, Question question, CancellationToken cancellationToken)
    {
        var profile = protocol.Profile;
        if (question.Options.Length == 0 && !profile.Strategy.WritesFreeAnswers)
        {
            return Failed(
                protocol,
                question,
                FailureCodes.NoOptions,
                $"The question has no options to choose from, which {profile.Strategy.Name} needs; "
                    + $"{BuiltInProfiles.NamesWhere(static strategy => strategy.WritesFreeAnswers)} answers such questions.");
        }

        if (profile is { ExemplarSelection: ExemplarSelection.Nearest, Exemplars: > 0 })
        {
            var embedding = model.Embedding
                ?? throw ProfileFault.Of(
                    "in use",
                    "exemplarSelection",
                    $"is \"nearest\", but model {model.Description.Name} gives no embeddings: use \"fixed\" or \"random\".");
            protocol = await NearestExemplars.ChooseAsync(embedding, protocol, question, cancellationToken);
        }

        var contextLength = model.Description.ContextLength;
        if (PromptFit.LargestExemplarCount(protocol, question, model.CountTokens, contextLength) is not { } exemplars)
        {
            var bare = PromptBuilder.Build(protocol.WithAtMost(0), question);
            var overflow = new ContextOverflowException(model.CountTokens(bare), profile.TokensBehindPrompt, contextLength);
            return Failed(protocol, question, FailureCodes.ContextOverflow, overflow.Message);
        }

        // The engine may know of a limit that the count did not show (a rotary cache, a memory budget): then fewer examples are tried.
        while (true)
        {
            try
            {
                var fitting = protocol.WithAtMost(exemplars);
                var answered = await profile.Strategy.Answer(model, fitting, question, cancellationToken);
                return answered with
                {
                    Exemplars = exemplars,
                    ExemplarIds = profile.ExemplarSelection == ExemplarSelection.Nearest
                        ? [.. fitting.ExemplarsFor(question).Select(static exemplar => exemplar.Id)]
                        : [],
                };
            }
            catch (ContextOverflowException) when (exemplars > 0)
            {
                exemplars--;
            }
            catch (ContextOverflowException exception)
            {
                return Failed(protocol, question, FailureCodes.ContextOverflow, exception.Message);
            }
        }
    }

    private static AnsweredQuestion Failed(Protocol protocol, Question question, string code, string message) => new()
    {
        Ordinal = 0,
        Id = question.Id,
        Dataset = question.Dataset,
        Votes = question.SeveralRight ? [] : [.. new int[question.Options.Length]],
        SamplesAsked = protocol.Profile.Samples,
        Failure = new AnswerFailure(code, message),
    };
}
