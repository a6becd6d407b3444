using System.Text.Json;
using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>What `azd up` runs fits together.</summary>
public sealed partial class HookTests
{
    private static readonly JsonElement Given = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("infra", "main.parameters.json"))).RootElement.GetProperty("parameters");
    private static readonly string Main = File.ReadAllText(Repository.PathOf("infra", "main.bicep"));

    [Fact]
    public void Every_parameter_that_azd_gives_exists_and_every_one_without_default_is_given()
    {
        var declared = Parameters().Matches(Main).ToDictionary(static match => match.Groups["name"].Value, static match => match.Groups["value"].Success);
        var given = Given.EnumerateObject().Select(static parameter => parameter.Name).ToHashSet();
        Assert.Subset(declared.Keys.ToHashSet(), given);
        Assert.Subset(given, declared.Where(static parameter => !parameter.Value).Select(static parameter => parameter.Key).ToHashSet());
    }

    [Fact]
    public void Azds_defaults_are_the_templates_defaults()
    {
        var defaults = Parameters().Matches(Main).Where(static match => match.Groups["value"].Success).ToDictionary(static match => match.Groups["name"].Value, static match => match.Groups["value"].Value.Trim('\''));
        foreach (var (name, variable) in Variables())
        {
            if (variable.Split('=') is [_, var value])
            {
                Assert.Equal((name, defaults[name]), (name, value));
            }
        }
    }

    [Fact]
    public void Every_value_that_the_first_hook_finds_out_reaches_the_deployment()
    {
        var hook = File.ReadAllText(Repository.PathOf("infra", "hooks", "preprovision.sh"));
        var kept = Regex.Matches(hook, @"^\s*keep (?<name>[A-Z_]+) ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(static match => match.Groups["name"].Value).ToHashSet();
        var read = Variables().Select(static pair => pair.Variable).ToHashSet();
        Assert.Equal(8, kept.Count);
        Assert.Subset(read.Select(static variable => variable.Split('=')[0]).ToHashSet(), kept);

        // azd itself knows the two that are left.
        Assert.Equal(["AZURE_ENV_NAME", "AZURE_LOCATION"], read.Where(static variable => !variable.Contains('=', StringComparison.Ordinal)).Except(kept).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Azd_up_asks_for_nothing_but_what_no_hook_can_know()
    {
        // azd asks for every parameter without a default before it runs the first hook (github.com/Azure/azure-dev/issues/5806).
        var asked = Parameters().Matches(Main).Where(static match => !match.Groups["value"].Success)
            .Select(static match => match.Groups["name"].Value);
        Assert.Equal(["environmentName", "location"], asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_second_hook_reads_only_outputs_of_the_deployment()
    {
        var hook = File.ReadAllText(Repository.PathOf("infra", "hooks", "postprovision.sh"));
        var read = Regex.Matches(hook, @"\$\{?(?<name>(AZURE|MEDQA)_[A-Z_]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(static match => match.Groups["name"].Value).ToHashSet();
        Assert.All(read.Except(["AZURE_SUBSCRIPTION_ID"]), static name => Assert.Contains($"\noutput {name} ", Main, StringComparison.Ordinal));
    }

    [Fact]
    public void Azd_runs_both_hooks_and_the_template()
    {
        var azure = File.ReadAllText(Repository.PathOf("azure.yaml"));
        foreach (var path in (string[])["infra/hooks/preprovision.sh", "infra/hooks/postprovision.sh"])
        {
            Assert.Contains($"run: {path}\n", azure, StringComparison.Ordinal);
            Assert.StartsWith("#!/usr/bin/env bash\n", File.ReadAllText(Repository.PathOf(path.Split('/'))), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.True(File.GetUnixFileMode(Repository.PathOf(path.Split('/'))).HasFlag(UnixFileMode.UserExecute), path);
            }
        }

        Assert.Contains("path: infra\n  module: main\n", azure, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_name_that_people_can_set_is_explained()
    {
        var guide = File.ReadAllText(Repository.PathOf("docs", "deploy.md"));
        Assert.All(Variables().Select(static pair => pair.Variable.Split('=')[0]), name => Assert.True(guide.Contains($"`{name}`", StringComparison.Ordinal) || guide.Contains($"set {name} ", StringComparison.Ordinal)
            || name is "AZURE_ENV_NAME" or "MODEL_NAME" or "MODEL_CONTEXT_LENGTH" or "MODEL_HAS_CHAT_TEMPLATE" or "MODEL_GIVES_EMBEDDINGS"
                or "CONTROL_IMAGE" or "INFERENCE_IMAGE" or "MODEL_FINGERPRINT", name));
    }

    private static IEnumerable<(string Name, string Variable)> Variables() => Given.EnumerateObject().Select(static parameter =>
    {
        var value = parameter.Value.GetProperty("value").GetString()!;
        Assert.Matches(@"^\$\{[A-Z0-9_]+(=.*)?\}$", value);
        return (parameter.Name, value[2..^1]);
    });

    [GeneratedRegex(@"^param (?<name>\w+) \S+( = (?<value>.+))?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Parameters();
}
