using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Serialization;

namespace MedQA.Pipeline.HandingOver;

/// <summary>
/// Writes a run as an evaluation log of Inspect AI, version 2 of its JSON: one sample for each question, with all that the model wrote as
/// its choices and the vote as its score. A question that failed has an error and no score.
/// </summary>
internal static class InspectLog
{
    private const string Scorer = "medqa_vote";
    private const int FlushAt = 64 * 1024;

    /// <summary>The name under which Inspect's viewer finds a log in a folder.</summary>
    /// <param name="created">When the run was created.</param>
    /// <param name="name">The question set's name.</param>
    /// <param name="run">The run's id.</param>
    public static string FileName(DateTimeOffset created, string name, string run) => string.Create(
        CultureInfo.InvariantCulture,
        $"{created.UtcDateTime:yyyy-MM-dd'T'HH-mm-ss}+00-00_{HandedRun.FileNameOf(Path.GetFileNameWithoutExtension(name))}_{run}.json");

    /// <summary>Writes the log; a question is in memory at a time.</summary>
    public static async Task WriteAsync(
        HandedRun run,
        IAsyncEnumerable<(Question Question, AnsweredQuestion Answer, AnswerRow Row)> answers,
        Stream file,
        CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(file, HandedJson.Options);
        json.WriteStartObject();
        WriteHeader(json, run);
        json.WriteStartArray("samples");
        await foreach (var (question, answer, _) in answers.WithCancellation(cancellationToken))
        {
            json.WriteStartObject();
            WriteSample(json, run, question, answer);
            json.WriteEndObject();
            if (json.BytesPending >= FlushAt)
            {
                await json.FlushAsync(cancellationToken);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    private static void WriteHeader(Utf8JsonWriter json, HandedRun run)
    {
        var (report, manifest) = (run.Report, run.Manifest);
        json.WriteNumber("version", 2);
        json.WriteString("status", StatusOf(run.Summary.State));
        json.WriteObject("eval", () => WriteSpec(json, run));
        json.WriteObject("plan", () =>
        {
            json.WriteString("name", "plan");
            json.WriteObjects("steps", [run.Profile], profile =>
            {
                json.WriteString("solver", profile.Strategy.Name);
                json.WriteObject("params", () => WriteProfile(json, profile));
                WriteEmpty(json, "params_passed");
            });
            json.WriteObject("config", () => WriteGeneration(json, run));
        });
        json.WriteObject("results", () => WriteResults(json, report));
        json.WriteObject("stats", () =>
        {
            json.WriteString("started_at", HandedRun.TimeOf(run.Summary.Started ?? manifest.Created));
            json.WriteString("completed_at", report.Circumstances.Finished is { } finished ? HandedRun.TimeOf(finished) : "");
            WriteUsage(
                json,
                run,
                report.Circumstances.Usage,
                report.Circumstances.Usage is { } usage
                    ? (usage.PromptTokens, usage.CompletionTokens, usage.ThoughtTokens)
                    : (report.Tokens.Prompt, report.Tokens.Generated, 0));
            WriteEmpty(json, "role_usage");
        });
        if (run.Summary.State == RunState.Failed)
        {
            json.WriteObject("error", () => WriteError(json, run.Summary.Reason ?? "The run cannot be completed."));
        }

        json.WriteBoolean("invalidated", false);
    }

    private static string StatusOf(RunState state) => state switch
    {
        RunState.Completed or RunState.CompletedWithFailures => "success",
        RunState.Cancelled or RunState.Deleting => "cancelled",
        RunState.Failed or RunState.Rejected => "error",
        _ => "started",
    };

    private static void WriteSpec(Utf8JsonWriter json, HandedRun run)
    {
        var (report, manifest) = (run.Report, run.Manifest);
        json.WriteString("eval_id", run.Id);
        json.WriteString("run_id", run.Id);
        json.WriteString("created", HandedRun.TimeOf(manifest.Created));
        json.WriteString("task", run.Task);
        json.WriteString("task_id", run.Id);
        json.WriteString("task_version", $"rules {report.EvaluationRules}");
        WriteEmpty(json, "task_attribs");
        json.WriteObject("task_args", () => json.WriteString("profile", run.Profile.Name));
        WriteEmpty(json, "task_args_passed");
        json.WriteString("solver", run.Profile.Strategy.Name);
        json.WriteObject("dataset", () =>
        {
            json.WriteString("name", run.Task);
            json.WriteString("location", manifest.Name);
            json.WriteNumber("samples", report.Questions.Accepted);
            json.WriteBoolean("shuffled", manifest.Until is not null);
        });
        json.WriteString("model", manifest.ModelName);
        WriteEmpty(json, "model_generate_config");
        json.WriteText("model_base_url", manifest.Endpoint?.Host);
        json.WriteObject("model_args", () =>
        {
            json.WriteString("fingerprint", manifest.ModelFingerprint);
            json.WriteText("model", manifest.Endpoint?.Model);
        });
        json.WriteObject("config", () =>
        {
            json.WriteNumber("epochs", 1);
            json.WriteBoolean("fail_on_error", false);
            json.WriteNumber("time_limit", run.Profile.MaxSeconds);
        });
        json.WriteObject("packages", () => json.WriteString(HandedRun.Library, HandedRun.LibraryVersion));
        json.WriteObject("metadata", () =>
        {
            json.WriteString("library", HandedRun.Library);
            json.WriteString("evaluation_rules", report.EvaluationRules);
            json.WriteText("question_set_hash", report.QuestionSetHash);
            json.WriteText("seal", report.Circumstances.Seal);
            json.WriteNumber("revision", report.Circumstances.Revision);
            json.WriteBoolean("provisional", report.Provisional);
            json.WriteString("format", run.Profile.Format == PromptFormat.Chat ? "chat" : "completion");
            json.WriteTexts("warnings", report.Warnings);
            json.WriteTexts("notes", report.Notes);
            json.WriteString("disclaimer", report.Disclaimer);
        });
        json.WriteObjects("scorers", [Scorer], name => json.WriteString("name", name));
    }

    private static void WriteProfile(Utf8JsonWriter json, Profile profile)
    {
        using var fields = JsonDocument.Parse(CanonicalJson.Of(profile));
        foreach (var field in fields.RootElement.EnumerateObject())
        {
            field.WriteTo(json);
        }
    }

    private static void WriteGeneration(Utf8JsonWriter json, HandedRun run)
    {
        var profile = run.Profile;
        if (profile.Strategy.ScoresOptions)
        {
            return;
        }

        json.WriteNumber("max_tokens", profile.MaxTokens);
        json.WriteNumber("temperature", profile.Temperature);
        json.WriteNumber("top_p", profile.TopP);
        if (profile.TopK > 0)
        {
            json.WriteNumber("top_k", profile.TopK);
        }

        json.WriteTexts("stop_seqs", PromptBuilder.StopOf(profile));
        json.WriteNumber("num_choices", run.Samples);
        if (profile.Seed is >= int.MinValue and <= int.MaxValue)
        {
            json.WriteNumber("seed", profile.Seed);
        }
    }

    private static void WriteResults(Utf8JsonWriter json, RunReport report)
    {
        var questions = report.Questions;
        json.WriteNumber("total_samples", questions.Accepted);
        json.WriteNumber("completed_samples", questions.Asked);
        json.WriteObjects("scores", [report.Accuracy], accuracy =>
        {
            json.WriteString("name", Scorer);
            json.WriteString("scorer", Scorer);
            json.WriteNumber("scored_samples", accuracy.Scored);
            json.WriteNumber("unscored_samples", questions.Accepted - accuracy.Scored);
            WriteEmpty(json, "params");
            json.WriteObject("metrics", () =>
            {
                WriteMetrics(json, "accuracy", accuracy, null);
                foreach (var slice in report.Datasets.Length > 1 ? report.Datasets : [])
                {
                    WriteMetrics(json, $"accuracy of {slice.Dataset}", slice.Accuracy, slice.Dataset);
                }
            });
        });
        json.WriteObject("metadata", () =>
        {
            json.WriteNumber("failed", questions.Failed);
            json.WriteNumber("cannot_be_asked", questions.Unaskable);
            json.WriteNumber("unanswered", questions.Unanswered);
            json.WriteNumber("without_known_answer", questions.WithoutGold);
            json.WriteNumber("not_asked_yet", questions.Waiting);
            if (questions.NotAsked > 0)
            {
                json.WriteNumber("not_asked_or_not_counted", questions.NotAsked);
            }
        });
    }

    private static void WriteMetrics(Utf8JsonWriter json, string name, Accuracy accuracy, string? dataset)
    {
        if (accuracy.Value is not { } value)
        {
            return;
        }

        json.WriteObject(name, () =>
        {
            json.WriteString("name", name);
            json.WriteNumber("value", value);
            WriteEmpty(json, "params");
            json.WriteObject("metadata", () =>
            {
                json.WriteText("dataset", dataset);
                json.WriteNumber("correct", accuracy.Correct);
                json.WriteNumber("scored", accuracy.Scored);
                json.WriteNumber("failed", accuracy.Failed);
                json.WriteFinite("chance", accuracy.Chance);
                json.WriteFinite("interval_95_lower", (accuracy.Bounds ?? accuracy.Interval)?.Lower);
                json.WriteFinite("interval_95_upper", (accuracy.Bounds ?? accuracy.Interval)?.Upper);
                json.WriteString("interval_is", accuracy.Bounds is null ? "confidence" : "bounds: failed questions all wrong, all right");
            });
        });
        if (dataset is null && accuracy.StandardError is { } error)
        {
            json.WriteObject("stderr", () =>
            {
                json.WriteString("name", "stderr");
                json.WriteNumber("value", error);
                WriteEmpty(json, "params");
            });
        }
    }

    private static void WriteSample(Utf8JsonWriter json, HandedRun run, Question question, AnsweredQuestion answer)
    {
        json.WriteString("id", run.IdOf(answer));
        json.WriteNumber("epoch", 1);
        json.WriteString("input", HandedRun.TextOf(question));
        if (!question.Options.IsEmpty)
        {
            json.WriteTexts("choices", question.Options);
        }

        if (question.GoldSet is { } right)
        {
            // As Inspect's scorer "choice" takes several right choices.
            json.WriteTexts("target", right.Options.Select(static option => OptionLetter.Of(option).ToString()));
        }
        else if (question.ReferenceAnswers.IsEmpty)
        {
            json.WriteString("target", question.Gold is { } gold ? OptionLetter.Of(gold).ToString() : "");
        }
        else
        {
            json.WriteTexts("target", question.ReferenceAnswers);
        }

        json.WriteStartArray("messages");
        foreach (var message in run.PromptOf(question, answer))
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteString("source", "input");
            json.WriteEndObject();
        }

        if (answer.Reasonings is [var first, ..])
        {
            json.WriteStartObject();
            WriteMessage(json, run, first);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteObject("output", () => WriteOutput(json, run, answer));

        // The viewer does not open samples without scores and events: what is not there is empty, as Inspect writes it.
        json.WriteObject("scores", () =>
        {
            if (answer.Correct is { } correct)
            {
                json.WriteObject(Scorer, () => WriteScore(json, run, answer, correct));
            }
        });

        json.WriteObject("metadata", () => WriteMetadata(json, question, answer));
        WriteEmpty(json, "store");
        json.WriteTexts("events", []);
        WriteUsage(json, run, answer.Usage, HandedRun.TokensOf(answer));
        WriteEmpty(json, "role_usage");
        json.WriteFinite("total_time", answer.Seconds);
        json.WriteFinite("working_time", answer.Seconds);
        json.WriteString("uuid", string.Create(CultureInfo.InvariantCulture, $"{run.Id}-{answer.Ordinal}"));
        if (answer.Failure is { } failure)
        {
            json.WriteObject("error", () => WriteError(json, $"{failure.Code}: {failure.Message}"));
        }

        WriteEmpty(json, "attachments");
    }

    private static void WriteOutput(Utf8JsonWriter json, HandedRun run, AnsweredQuestion answer)
    {
        json.WriteString("model", run.Manifest.ModelName);
        json.WriteObjects("choices", answer.Reasonings, reasoning =>
        {
            json.WriteObject("message", () => WriteMessage(json, run, reasoning));
            json.WriteString("stop_reason", reasoning.End switch
            {
                SampleEnd.MaxTokens => "max_tokens",
                SampleEnd.ContentFilter => "content_filter",
                _ => "stop",
            });
        });
        json.WriteString("completion", answer.Reasonings is [var first, ..] ? HandedRun.PartsOf(first).Said : run.AnswerOf(answer) ?? "");
        json.WriteFinite("time", answer.Seconds);
    }

    private static void WriteMessage(Utf8JsonWriter json, HandedRun run, Reasoning reasoning)
    {
        var (thought, said) = HandedRun.PartsOf(reasoning);
        json.WriteString("role", "assistant");
        if (thought is null)
        {
            json.WriteString("content", said);
        }
        else
        {
            json.WriteStartArray("content");
            json.WriteStartObject();
            json.WriteString("type", "reasoning");
            json.WriteString("reasoning", thought);
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("type", "text");
            json.WriteString("text", said);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteString("source", "generate");
        json.WriteString("model", run.Manifest.ModelName);
        json.WriteObject("metadata", () =>
        {
            json.WriteNumber("stage", reasoning.Stage);
            json.WriteNumber("sample", reasoning.Index);
            json.WriteText("answer", reasoning.ChosenOptions?.ToString());
            json.WriteBoolean("forced", reasoning.Forced);
            json.WriteText("follow_up", reasoning.FollowUp);
            json.WriteString("end", EnumNames.Of(reasoning.End));
            json.WriteNumber("drawn_tokens", reasoning.DrawnTokens);
            json.WriteFinite("log_likelihood", reasoning.LogLikelihood);
            if (!reasoning.OptionLogLikelihoods.IsEmpty)
            {
                json.WriteNumbers("option_log_likelihoods", reasoning.OptionLogLikelihoods);
            }

            if (!reasoning.OptionOrder.IsEmpty)
            {
                json.WriteNumbers("option_order", reasoning.OptionOrder.Select(static option => (double)option));
            }
        });
    }

    private static void WriteScore(Utf8JsonWriter json, HandedRun run, AnsweredQuestion answer, bool correct)
    {
        json.WriteString("value", correct ? "C" : answer.ChosenOptions is null ? "N" : "I");
        json.WriteText("answer", run.AnswerOf(answer));
        json.WriteString("explanation", ExplanationOf(answer));
        json.WriteTexts("history", []);
    }

    /// <summary>The vote in words: <c>B has 7 of 11 votes; A 3, C 1</c>.</summary>
    private static string ExplanationOf(AnsweredQuestion answer)
    {
        if (answer.AnswerSet is { } set)
        {
            return $"{set}: the votes are {string.Join(", ", answer.SetVotes!.Value.Select(static vote => $"{vote.Options} {vote.Votes}"))}"
                + $" of {answer.SamplesAsked}{(answer.Tie ? "; a tie was broken" : "")}";
        }

        if (answer.Answer is not { } chosen)
        {
            return "No sample names an answer.";
        }

        if (answer.Reasonings.IsEmpty)
        {
            return $"{OptionLetter.Of(chosen)} has the highest log-likelihood.";
        }

        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{OptionLetter.Of(chosen)} has {answer.Votes[chosen]} of {answer.SamplesAsked} votes");
        var others = answer.Votes.Index().Where(vote => vote.Index != chosen && vote.Item > 0)
            .OrderByDescending(static vote => vote.Item)
            .Select(static vote => string.Create(CultureInfo.InvariantCulture, $"{OptionLetter.Of(vote.Index)} {vote.Item}"));
        text.AppendJoin(", ", others.Select(static (vote, place) => place == 0 ? $"; {vote}" : vote));
        if (answer.ForcedVotes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"; forced: {answer.ForcedVotes}");
        }

        return text.Append(answer.Tie ? "; a tie was broken" : "").ToString();
    }

    private static void WriteMetadata(Utf8JsonWriter json, Question question, AnsweredQuestion answer)
    {
        const string Own = "medqa";
        foreach (var (name, value) in question.Metadata ?? new Dictionary<string, string>())
        {
            json.WriteString(name == Own ? $"meta:{Own}" : name, value);
        }

        json.WriteObject(Own, () =>
        {
            json.WriteNumber("ordinal", answer.Ordinal);
            json.WriteString("dataset", question.Dataset);
            json.WriteText("topic", question.Topic);
            json.WriteString("fingerprint", answer.QuestionFingerprint);
            json.WriteText("answer", answer.ChosenOptions?.ToString());
            if (answer.OptionCount > 0)
            {
                HandedRun.WriteVotes(json, answer);
                json.WriteNumber("samples_asked", answer.SamplesAsked);
                json.WriteFinite("agreement", answer.Agreement);
                json.WriteNumber("forced_votes", answer.ForcedVotes);
                json.WriteBoolean("tie", answer.Tie);
            }

            if (!answer.OptionLogLikelihoods.IsEmpty)
            {
                json.WriteNumbers("option_log_likelihoods", answer.OptionLogLikelihoods);
            }

            if (!answer.OptionProbabilities.IsEmpty)
            {
                json.WriteNumbers("option_probabilities", answer.OptionProbabilities);
            }

            json.WriteFinite("stopping_posterior", answer.StoppingPosterior);
            json.WriteText("engine", answer.EngineFingerprint);
        });
    }

    /// <summary>Costs are dollars in Inspect; in another currency they are left out.</summary>
    private static void WriteUsage(
        Utf8JsonWriter json, HandedRun run, TokenUsage? usage, (long Prompt, long Generated, long Thought) tokens) =>
        json.WriteObject("model_usage", () => json.WriteObject(run.Manifest.ModelName, () =>
        {
            json.WriteNumber("input_tokens", tokens.Prompt);
            json.WriteNumber("output_tokens", tokens.Generated);
            json.WriteNumber("total_tokens", tokens.Prompt + tokens.Generated);
            if (tokens.Thought > 0)
            {
                json.WriteNumber("reasoning_tokens", tokens.Thought);
            }

            if (usage?.Cost is { } cost && run.Manifest.Endpoint?.Prices is { Currency: "USD" })
            {
                json.WriteNumber("total_cost", cost);
            }
        }));

    private static void WriteEmpty(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, string message)
    {
        json.WriteString("message", message);
        json.WriteString("traceback", "");
        json.WriteString("traceback_ansi", "");
    }
}
