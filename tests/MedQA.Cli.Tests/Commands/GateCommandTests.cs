using System.Xml.Linq;

namespace MedQA.Cli.Tests.Commands;

/// <summary>Gates from the command line: real processes.</summary>
public sealed class GateCommandTests(FinishedRuns finished)
{
    [Fact]
    public async Task The_exit_code_says_pass_fail_or_inconclusive_and_the_files_say_why()
    {
        await using var medqa = new MedqaProcess();
        var (first, second) = await finished.CopyToAsync(medqa);
        await using (await medqa.HoldStorageAsync())
        {
            Write("""{"rules":[{"measure":"accuracy","least":0},{"measure":"failures","most":0}]}""");
            var passed = await medqa.JsonAsync("gate", second, "--policy", "gate.json");
            Assert.Equal("pass", passed.GetProperty("outcome").GetString());

            Write("""{"title":"No loss","rules":[{"measure":"loss","most":0.0001,"name":"As good"}]}""");
            var (open, table, said) = await medqa.RunAsync("gate", second, "--baseline", first, "--policy", "gate.json", "--junit", "gate.xml", "--markdown", "gate.md");
            Assert.True(open == 6, said);
            Assert.Contains("inconclusive", table, StringComparison.Ordinal);
            Assert.Contains("As good", table, StringComparison.Ordinal);
            Assert.Equal("1", XDocument.Load(Path.Combine(medqa.Folder, "gate.xml")).Root!.Element("testsuite")!.Attribute("errors")!.Value);
            Assert.StartsWith("# Gate: inconclusive – No loss", await File.ReadAllTextAsync(Path.Combine(medqa.Folder, "gate.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

            Write("""{"rules":[{"measure":"accuracy","dataset":"absent","least":0.5},{"measure":"calibrationError","most":0}]}""");
            var (failed, why, _) = await medqa.RunAsync("gate", second, "--policy", "gate.json");
            Assert.True(failed is 5 or 6, why);
            Assert.Contains("absent", why, StringComparison.Ordinal);

            var (over, _, refusal) = await medqa.RunAsync("gate", second, "--policy", "gate.json", "--junit", "./gate.json");
            Assert.Equal(2, over);
            Assert.Contains("must name files of their own", refusal, StringComparison.Ordinal);

            foreach (var (policy, options, fault) in ((string, string[], string)[])
            [
                ("""{"rules":[{"measure":"loss","most":0.1}]}""", [], "--baseline is missing"),
                ("""{"rules":[{"measure":"loss","most":10}]}""", ["--baseline", first], "'rules[0].most' must be a share"),
                ("{", [], "gate.json: The policy is not JSON"),
            ])
            {
                Write(policy);
                var (refused, _, text) = await medqa.RunAsync(["gate", second, "--policy", "gate.json", .. options]);
                Assert.Equal(2, refused);
                Assert.Contains(fault, text, StringComparison.Ordinal);
            }

            var (absent, _, named) = await medqa.RunAsync("gate", second, "--policy", "nowhere.json");
            Assert.Equal(2, absent);
            Assert.Contains("--policy is 'nowhere.json', but there is no such file.", named, StringComparison.Ordinal);
        }

        void Write(string policy) => File.WriteAllText(Path.Combine(medqa.Folder, "gate.json"), policy);
    }

    [Fact]
    public async Task A_run_that_fails_a_rule_ends_with_5()
    {
        await using var medqa = new MedqaProcess();
        var (first, _) = await finished.CopyToAsync(medqa);
        await File.WriteAllTextAsync(Path.Combine(medqa.Folder, "gate.json"), """{"confidence":0.5,"rules":[{"measure":"accuracy","least":1}]}""", TestContext.Current.CancellationToken);
        var report = await medqa.JsonAsync("results", first);
        var (code, table, said) = await medqa.RunAsync("gate", first, "--policy", "gate.json");
        var isAllRight = report.GetProperty("run").GetProperty("correct").GetInt32() == 6;
        Assert.True(code == (isAllRight ? 6 : 5), table + said);
    }
}
