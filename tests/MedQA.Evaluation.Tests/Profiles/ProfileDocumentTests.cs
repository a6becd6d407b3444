using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Profiles;

/// <summary>docs/profiles.md against the reader.</summary>
public sealed partial class ProfileDocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs", "profiles.md"));

    [Fact]
    public void Every_field_and_every_strategy_is_described()
    {
        var fields = JsonDocument.Parse(CanonicalJson.Of(BuiltInProfiles.All[0] with { Prefix = "any", ModelOptions = "{}", TemplateArguments = "{}", ThinkingTokens = 0, ExampleAuthors = [], ExampleReviewers = [] })).RootElement.EnumerateObject().Select(static property => property.Name);
        var described = Document.Split('\n').Where(static line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(static line => Code().Matches(line.Split(" | ")[0]).Select(static match => match.Value)).ToList();

        Assert.Equal(fields.Concat(BuiltInProfiles.All.Select(static profile => profile.Strategy.Name)).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_examples_are_profiles()
    {
        var profiles = Json().Matches(Document).Select(static match => ProfileReader.Parse(match.Value, "docs/profiles.md")).ToList();

        Assert.Equal(["sc-5", "anatomy-5-shot"], profiles.Select(static profile => profile.Name));
        Assert.Equal((5, 0.7), (profiles[0].Samples, profiles[0].Temperature));
        Assert.Single(profiles[1].Examples);
    }

    [GeneratedRegex("(?<=`)[a-zA-Z-]+(?=`)")]
    private static partial Regex Code();

    [GeneratedRegex("(?<=```json\n).*?(?=```)", RegexOptions.Singleline)]
    private static partial Regex Json();
}
