using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;

namespace MedQA.Pipeline.HandingOver;

/// <summary>
/// Writes a run as records of Every Eval Ever, schema 0.3.0: an archive with a file of the run's figures and one with a line for each
/// scored question, where that repository has them. Questions that failed or have no known answer have no line: a line must say whether
/// the answer is right.
/// </summary>
internal static partial class EveryEvalRecords
{
    private const string SchemaVersion = "0.3.0";
    private const string Unknown = "unknown";
    private const string Lines = "samples";

    /// <summary>Writes the archive; a question is in memory at a time, the lines are in a temporary file.</summary>
    public static async Task WriteAsync(
        HandedRun run,
        IAsyncEnumerable<(Question Question, AnsweredQuestion Answer, AnswerRow Row)> answers,
        Stream file,
        CancellationToken cancellationToken)
    {
        await using var spool = new LineSpool();
        await foreach (var (question, answer, _) in answers.WithCancellation(cancellationToken))
        {
            if (answer.Correct is { } correct)
            {
                await spool.AddAsync(
                    Lines, HandedJson.Of(json => WriteInstance(json, run, question, answer, correct)), cancellationToken);
            }
        }

        var (developer, model) = ModelOf(run);
        var path = $"data/{PathPart(run.Task)}/{PathPart(developer)}/{PathPart(model)}/{FileId(run)}";
        await LineSpool.WriteArchiveAsync(file, WriteEntriesAsync, cancellationToken);

        async Task WriteEntriesAsync(System.IO.Compression.ZipArchive archive)
        {
            var samples = spool.Count(Lines);
            await using (var aggregate = await LineSpool.EntryAsync(archive, $"{path}.json", run.Written, cancellationToken))
            {
                await aggregate.WriteAsync(
                    HandedJson.Of(
                        json => WriteAggregate(
                            json, run, samples > 0 ? ($"{path}_samples.jsonl", spool.HashOf(Lines), samples) : null),
                        indented: true),
                    cancellationToken);
            }

            if (samples > 0)
            {
                await spool.CopyToAsync(Lines, $"{path}_samples.jsonl", archive, run.Written, cancellationToken);
            }
        }
    }

    private static void WriteAggregate(Utf8JsonWriter json, HandedRun run, (string Path, string Hash, int Lines)? samples)
    {
        var (report, manifest) = (run.Report, run.Manifest);
        json.WriteString("schema_version", SchemaVersion);
        json.WriteString("evaluation_id", EvaluationId(run));
        json.WriteString("evaluation_timestamp", HandedRun.UnixTimeOf(manifest.Created));
        json.WriteString("retrieved_timestamp", HandedRun.UnixTimeOf(run.Written));
        json.WriteObject("source_metadata", () =>
        {
            json.WriteString("source_name", HandedRun.Library);
            json.WriteString("source_type", "evaluation_run");
            json.WriteString("source_organization_name", Unknown);
            json.WriteString("evaluator_relationship", "other");
        });
        json.WriteObject("eval_library", () =>
        {
            json.WriteString("name", HandedRun.Library);
            json.WriteString("version", HandedRun.LibraryVersion);
            json.WriteObject("additional_details", () =>
            {
                json.WriteString("run", run.Id);
                json.WriteString("revision", report.Circumstances.Revision.ToString(CultureInfo.InvariantCulture));
                json.WriteString("evaluation_rules", report.EvaluationRules);
                json.WriteString("provisional", report.Provisional ? "true" : "false");
                json.WriteText("seal", report.Circumstances.Seal);
                if (!report.Warnings.IsEmpty)
                {
                    json.WriteString("warnings", string.Join(' ', report.Warnings));
                }
            });
        });
        json.WriteObject("model_info", () => WriteModel(json, run));
        json.WriteObjects(
            "evaluation_results",
            report.Datasets.Where(static slice => slice.Accuracy.Value is not null),
            slice => WriteResult(json, run, slice));
        if (samples is { } details)
        {
            json.WriteObject("detailed_evaluation_results", () =>
            {
                json.WriteString("format", "jsonl");
                json.WriteString("file_path", details.Path);
                json.WriteString("hash_algorithm", "sha256");
                json.WriteString("checksum", details.Hash);
                json.WriteNumber("total_rows", details.Lines);
            });
        }
    }

    private static void WriteModel(Utf8JsonWriter json, HandedRun run)
    {
        var (developer, model) = ModelOf(run);
        var endpoint = run.Manifest.Endpoint;
        json.WriteString("name", run.Manifest.ModelName);
        json.WriteString("id", $"{developer}/{model}");
        json.WriteString("developer", developer);
        json.WriteText("inference_platform", endpoint?.Host);
        if (endpoint is null)
        {
            json.WriteObject("inference_engine", () => json.WriteString("name", "ONNX Runtime"));
        }

        json.WriteObject("additional_details", () =>
        {
            // A service may run on the evaluator's own machines, and weights on this machine need not be public.
            json.WriteString("deployment_type", endpoint is null ? "self_deployed" : Unknown);
            json.WriteString("model_availability", Unknown);
            json.WriteString("fingerprint", run.Manifest.ModelFingerprint);
            if (!run.Report.Circumstances.EngineFingerprints.IsEmpty)
            {
                json.WriteString("engines", string.Join("; ", run.Report.Circumstances.EngineFingerprints));
            }
        });
    }

    private static void WriteResult(Utf8JsonWriter json, HandedRun run, Slice slice)
    {
        var accuracy = slice.Accuracy;
        json.WriteString("evaluation_result_id", ResultId(slice.Dataset));
        json.WriteString("evaluation_name", slice.Dataset);
        json.WriteObject("source_data", () =>
        {
            json.WriteString("dataset_name", slice.Dataset);
            json.WriteString("source_type", "other");
            json.WriteObject("additional_details", () =>
            {
                json.WriteString("file", run.Manifest.Name);
                json.WriteText("question_set_hash", run.Report.QuestionSetHash);
            });
        });
        json.WriteString("evaluation_timestamp", HandedRun.UnixTimeOf(run.Manifest.Created));
        json.WriteObject("metric_config", () =>
        {
            json.WriteString(
                "evaluation_description",
                "Share of right answers. A question without an answer by the model counts as wrong; one that failed counts as neither.");
            json.WriteString("metric_id", "accuracy");
            json.WriteString("metric_name", "Accuracy");
            json.WriteString("metric_kind", "accuracy");
            json.WriteString("metric_unit", "proportion");
            json.WriteBoolean("lower_is_better", false);
            json.WriteString("score_type", "continuous");
            json.WriteNumber("min_score", 0);
            json.WriteNumber("max_score", 1);
        });
        json.WriteObject("score_details", () =>
        {
            json.WriteNumber("score", accuracy.Value!.Value);
            json.WriteObject("details", () =>
            {
                foreach (var (name, count) in ((string, int)[])
                [
                    ("correct", accuracy.Correct), ("scored", accuracy.Scored), ("unanswered", accuracy.Unanswered),
                    ("failed", accuracy.Failed), ("cannot_be_asked", accuracy.Unaskable),
                ])
                {
                    json.WriteString(name, count.ToString(CultureInfo.InvariantCulture));
                }

                WriteRange(json, "lowest_if_failed_are_wrong", accuracy.Bounds?.Lower);
                WriteRange(json, "highest_if_failed_are_right", accuracy.Bounds?.Upper);
                WriteRange(json, "chance", accuracy.Chance);
            });
            json.WriteObject("uncertainty", () => WriteUncertainty(json, accuracy, run.Report.StoppedEarly is not null));
        });
        json.WriteObject("generation_config", () => WriteGeneration(json, run));
    }

    private static void WriteRange(Utf8JsonWriter json, string name, double? value) =>
        json.WriteText(name, value?.ToString("R", CultureInfo.InvariantCulture));

    private static void WriteUncertainty(Utf8JsonWriter json, Accuracy accuracy, bool stopped)
    {
        if (accuracy.StandardError is { } error)
        {
            json.WriteObject("standard_error", () =>
            {
                json.WriteNumber("value", error);
                json.WriteString("method", "analytic, equal questions and questions on one passage as one cluster");
            });
        }

        if (accuracy.Interval is { } interval)
        {
            json.WriteObject("confidence_interval", () =>
            {
                json.WriteNumber("lower", interval.Lower);
                json.WriteNumber("upper", interval.Upper);
                json.WriteNumber("confidence_level", 0.95);
                json.WriteString(
                    "method",
                    stopped ? "confidence sequence without replacement (betting), of the accuracy with all questions asked"
                    : accuracy.Clusters is null ? "Clopper-Pearson"
                    : "by clusters");
            });
        }

        json.WriteNumber("num_samples", accuracy.Scored);
    }

    private static void WriteGeneration(Utf8JsonWriter json, HandedRun run)
    {
        var profile = run.Profile;
        json.WriteObject("generation_args", () =>
        {
            if (!profile.Strategy.ScoresOptions)
            {
                json.WriteNumber("temperature", profile.Temperature);
                json.WriteNumber("top_p", profile.TopP);
                json.WriteNumber("top_k", profile.TopK);
                json.WriteNumber("max_tokens", profile.MaxTokens);
            }

            json.WriteBoolean("reasoning", profile.Strategy.Reasons);
            json.WriteText("prompt_template", profile.Template);
        });
        json.WriteObject("additional_details", () =>
        {
            json.WriteString("profile", profile.Name);
            json.WriteString("strategy", profile.Strategy.Name);
            json.WriteString("samples_per_question", run.Samples.ToString(CultureInfo.InvariantCulture));
            json.WriteString("seed", profile.Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteText("system", profile.System);
            json.WriteText("instruction", profile.Instruction.Length > 0 ? profile.Instruction : null);
            json.WriteString("stop", JsonText(PromptBuilder.StopOf(profile)));
            json.WriteString("worked_examples", run.Report.Protocol.Exemplars.Length.ToString(CultureInfo.InvariantCulture));
        });
    }

    private static void WriteInstance(Utf8JsonWriter json, HandedRun run, Question question, AnsweredQuestion answer, bool correct)
    {
        var (developer, model) = ModelOf(run);
        var (raw, reference) = (HandedRun.TextOf(question), answer.RightOptions!.Value);
        var chosen = run.AnswerOf(answer) ?? "";
        json.WriteString("schema_version", SchemaVersion);
        json.WriteString("evaluation_id", EvaluationId(run));
        json.WriteString("model_id", $"{developer}/{model}");
        json.WriteString("evaluation_name", question.Dataset);
        json.WriteString("evaluation_result_id", ResultId(question.Dataset));
        json.WriteString("sample_id", answer.Id);
        json.WriteString("sample_hash", HandedRun.HashOf($"{raw}{reference}"));
        json.WriteString("interaction_type", "single_turn");
        json.WriteObject("input", () =>
        {
            json.WriteString("raw", raw);
            json.WriteString("formatted", run.TextOf(run.PromptOf(question, answer)));
            json.WriteTexts("reference", reference.Options.Select(static option => OptionLetter.Of(option).ToString()));
            json.WriteTexts("choices", question.Options);
        });
        json.WriteObject("output", () =>
        {
            json.WriteTexts(
                "raw", answer.Reasonings.IsEmpty ? [chosen] : answer.Reasonings.Select(static one => HandedRun.PartsOf(one).Said));
            if (answer.Reasonings.Any(static one => HandedRun.PartsOf(one).Thought is not null))
            {
                json.WriteTexts("reasoning_trace", answer.Reasonings.Select(static one => HandedRun.PartsOf(one).Thought ?? ""));
            }
        });
        json.WriteObjects("answer_attribution", [chosen], text =>
        {
            json.WriteNumber("turn_idx", 0);
            json.WriteString("source", "output.raw");
            json.WriteString("extracted_value", text);
            json.WriteString(
                "extraction_method", answer.Reasonings.IsEmpty ? "highest log-likelihood" : $"vote, rules {run.Report.EvaluationRules}");
            json.WriteBoolean("is_terminal", true);
        });
        json.WriteObject("evaluation", () =>
        {
            json.WriteNumber("score", correct ? 1.0 : 0.0);
            json.WriteBoolean("is_correct", correct);
        });
        var (prompt, generated, thought) = HandedRun.TokensOf(answer);
        json.WriteObject("token_usage", () =>
        {
            json.WriteNumber("input_tokens", prompt);
            json.WriteNumber("output_tokens", generated);
            json.WriteNumber("total_tokens", prompt + generated);
            if (thought > 0)
            {
                json.WriteNumber("reasoning_tokens", thought);
            }
        });
        json.WriteObject("performance", () => json.WriteFinite("latency_ms", 1000 * answer.Seconds));
        json.WriteObject("metadata", () => WriteMetadata(json, question, answer));
    }

    private static void WriteMetadata(Utf8JsonWriter json, Question question, AnsweredQuestion answer)
    {
        foreach (var (name, value) in question.Metadata ?? new Dictionary<string, string>())
        {
            json.WriteString(name.StartsWith("medqa.", StringComparison.Ordinal) ? $"meta:{name}" : name, value);
        }

        json.WriteText("medqa.topic", question.Topic);
        json.WriteString("medqa.votes", JsonText(answer.SetVotes is { } sets
            ? sets.Select(static vote => $"{vote.Options}: {vote.Votes}")
            : answer.Votes.Select(static votes => votes.ToString(CultureInfo.InvariantCulture))));
        json.WriteString("medqa.agreement", answer.Agreement.ToString("R", CultureInfo.InvariantCulture));
        json.WriteString("medqa.forced_votes", answer.ForcedVotes.ToString(CultureInfo.InvariantCulture));
        json.WriteString("medqa.tie", answer.Tie ? "true" : "false");
        if (!answer.OptionLogLikelihoods.IsEmpty)
        {
            json.WriteString(
                "medqa.option_log_likelihoods",
                JsonText(answer.OptionLogLikelihoods.Select(static one => one.ToString("R", CultureInfo.InvariantCulture))));
        }
    }

    private static string JsonText(IEnumerable<string> texts) => JsonSerializer.Serialize(texts.ToArray(), TextsJson.Default.StringArray);

    /// <summary>The record's id: what was asked, of which model, and when.</summary>
    private static string EvaluationId(HandedRun run)
    {
        var (developer, model) = ModelOf(run);
        return $"{PathPart(run.Task)}/{PathPart(developer)}_{PathPart(model)}/{HandedRun.UnixTimeOf(run.Written)}";
    }

    private static string ResultId(string dataset) => $"{dataset}/accuracy";

    /// <summary>Developer and model, where the name that a service takes has both; else only the model is known.</summary>
    private static (string Developer, string Model) ModelOf(HandedRun run) =>
        run.Manifest.Endpoint?.Model.Split('/') is [{ Length: > 0 } developer, { Length: > 0 } model]
            ? (developer, model)
            : (Unknown, run.Manifest.ModelName.Replace('/', '_'));

    /// <summary>
    /// The name of the two files, in the form of a random UUID, which that repository's paths must have; the same each time a result is
    /// written.
    /// </summary>
    private static string FileId(HandedRun run)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{run.Id} {run.Report.Circumstances.Revision} {run.Report.Circumstances.Seal}")));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString();
    }

    private static string PathPart(string name)
    {
        var part = HandedRun.FileNameOf(name);
        return part == "data" || ReservedNames().IsMatch(part) ? $"_{part}" : part;
    }

    /// <summary>Names that Windows keeps for devices, also with an extension.</summary>
    [GeneratedRegex(@"^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReservedNames();
}

/// <summary>Lists of texts inside a text.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class TextsJson : System.Text.Json.Serialization.JsonSerializerContext;
