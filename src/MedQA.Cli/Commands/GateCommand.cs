using System.CommandLine;
using System.Text;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Evaluation.Gating;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa gate</c>: judges a run by a policy.</summary>
internal static class GateCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The run, by name, unique prefix or `latest`" }.WithRuns();
        var policy = new Option<string>("--policy")
        {
            Description = "The policy: a JSON file with rules, such as samples/gate.json",
            HelpName = "FILE.json",
            Required = true,
        };
        var baseline = new Option<string>("--baseline")
        {
            Description = "The run that losses of accuracy are measured against",
            HelpName = "RUN"
        }.WithRuns();
        var junit = GivenOutput.Create("--junit", "Also write the outcome as JUnit XML, for build servers", "FILE.xml");
        var markdown = GivenOutput.Create("--markdown", "Also write the outcome as Markdown", "FILE.md");
        var command = new CommandWithExamples("gate", "Judge a run by a policy of limits: pass (0), fail (5) or inconclusive (6).", """
            Examples:
              medqa gate latest --baseline 4c2r --policy samples/gate.json
              medqa gate y4a6 --baseline 4c2r --policy samples/gate.json
              medqa gate y4a6 --baseline 4c2r --policy gate.json --junit gate.xml --markdown gate.md

            A rule passes if the whole interval keeps its limit, and fails if none of it does.
            """) { run, policy, baseline, junit, markdown };
        CommandWork.Set(command, (context, parsed, cancel) => JudgeAsync(
            context,
            parsed.GetRequiredValue(run),
            parsed.GetRequiredValue(policy),
            parsed.GetValue(baseline),
            parsed.GetValue(junit),
            parsed.GetValue(markdown),
            cancel));
        return command;
    }

    private static async Task<int> JudgeAsync(
        CommandContext context,
        string name,
        string policyFile,
        string? baselineName,
        string? junit,
        string? markdown,
        CancellationToken cancellationToken)
    {
        if (RegularFile.KindOf(policyFile) == PathKind.Missing)
        {
            throw InputException.Of("--policy", $"is '{policyFile}', but there is no such file.");
        }

        string[] files = [.. ((string?[])[policyFile, junit, markdown]).OfType<string>().Select(TargetOf)];
        if (files.Distinct(StringComparer.Ordinal).Count() < files.Length)
        {
            throw InputException.Of(
                "--junit and --markdown", "must name files of their own: one of them is named twice, or is the policy.");
        }

        // Checked before anything is started.
        ReadOnlyMemory<byte> policy = RegularFile.ReadAllBytes(policyFile);
        var rules = GatePolicyReader.Parse(policy, policyFile);
        if (baselineName is null && rules.NeedsBaseline())
        {
            throw InputException.Of(
                "--baseline", "is missing: the policy has a rule about losses, which are measured against another run.");
        }

        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var known = await service.ListRunsAsync(cancellationToken);
        var run = RunNames.Choose(known, name).Id;
        var baseline = baselineName is null ? null : RunNames.Choose(known, baselineName).Id;
        policy = JsonSerializer.SerializeToUtf8Bytes(rules, GateJson.Default.GatePolicy);
        using var content = new MemoryStream();
        await using (var opened = await service.Client.OpenGateAsync(run, policy, baseline, GateFormat.Json, cancellationToken))
        {
            await opened.CopyToAsync(content, cancellationToken);
        }

        var json = content.ToArray();
        var report = JsonSerializer.Deserialize(json, GateJson.Default.GateReport)
            ?? throw new JsonException("The service sent null where the outcome of a gate is expected.");
        if (junit is not null)
        {
            await GivenOutput.WriteAsync(context, junit, GateJUnit.Write(report), cancellationToken);
        }

        var text = ReportMarkdown.Write(report);
        if (markdown is not null)
        {
            await GivenOutput.WriteAsync(context, markdown, Encoding.UTF8.GetBytes(text), cancellationToken);
        }

        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(Encoding.UTF8.GetString(json));
        }
        else
        {
            MarkdownDocument.Write(context.Console, text);
        }

        return report.Outcome switch
        {
            GateOutcome.Pass => ExitCode.Success,
            GateOutcome.Fail => ExitCode.GateFailed,
            _ => ExitCode.GateInconclusive,
        };
    }

    /// <summary>Returns the file that a path leads to, through links.</summary>
    private static string TargetOf(string path) =>
        (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
}
