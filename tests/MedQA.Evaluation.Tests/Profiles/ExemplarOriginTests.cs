using System.Text;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Profiles;

public sealed class ExemplarOriginTests
{
    private const string Example = """{"question": "?", "options": ["a", "b"], "answer": "A", "explanation": "So."}""";

    public static TheoryData<string> Names => [.. ExemplarSets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_set_says_who_wrote_and_reviewed_it(string name)
    {
        var set = ExemplarSets.Find(name)!;
        Assert.NotEmpty(set.Authors!.Value);
        Assert.NotNull(set.Reviewers);
    }

    [Fact]
    public void A_report_says_that_no_clinician_reviewed_the_examples()
    {
        var report = Markdown(Protocol.Of(BuiltInProfiles.Find("few-shot")!, ["medqa", "pubmedqa_test"]));
        Assert.Contains("No clinician reviewed these worked examples (set medqa).", report);
        Assert.Contains("No clinician reviewed these worked examples (set pubmedqa).", report);
        Assert.Contains("set medqa: written by the authors of this project (no clinician); reviewed by nobody", report);
    }

    [Fact]
    public void A_profiles_own_examples_have_its_authors_and_reviewers()
    {
        var report = Markdown(Protocol.Of(Own(""", "exampleAuthors": [{"name": "A. Nurse", "clinician": false}], "exampleReviewers": [{"name": "B. Doe, cardiologist", "clinician": true}]"""), ["medqa"]));
        Assert.Contains("the profile's own: written by A. Nurse (no clinician); reviewed by B. Doe, cardiologist (clinician)", report);
        Assert.DoesNotContain("reviewed these worked examples", report);
        Assert.Contains("Nothing says who reviewed these worked examples (the profile's own).", Markdown(Protocol.Of(Own(""), ["medqa"])));
    }

    [Fact]
    public void Runs_without_examples_and_those_of_earlier_versions_say_nothing()
    {
        var protocol = Protocol.Of(BuiltInProfiles.Find("few-shot")!, ["medqa"]);
        Assert.DoesNotContain("worked examples (", Markdown(protocol with { Origins = null }));
        Assert.DoesNotContain("worked examples (", Markdown(protocol.WithAtMost(0)));
        Assert.DoesNotContain("rigins", Encoding.UTF8.GetString(ReportJson.Write(Report(Header(1) with { Protocol = protocol with { Origins = null } }, Of(0, "A", 'A')))));
    }

    [Fact]
    public void Origins_change_neither_the_canonical_protocol_nor_the_hash_of_a_profile_that_does_not_state_them()
    {
        var protocol = Protocol.Of(BuiltInProfiles.Find("few-shot")!, ["medqa"]);
        Assert.Equal(CanonicalJson.Of(protocol with { Origins = null }), CanonicalJson.Of(protocol));
        Assert.DoesNotContain("exampleAuthors", Encoding.UTF8.GetString(CanonicalJson.Of(Own(""))));
        var stated = Own(""", "exampleReviewers": []""");
        Assert.NotEqual(CanonicalJson.HashOf(Own("")), CanonicalJson.HashOf(stated));
        Assert.Equal(CanonicalJson.HashOf(stated), CanonicalJson.HashOf(ProfileReader.Parse(CanonicalJson.Of(stated), "again")));
    }

    [Theory]
    [InlineData(""", "exampleAuthors": "me" """, "exampleAuthors", "it is no list")]
    [InlineData(""", "exampleAuthors": []""", "exampleAuthors", "it is empty")]
    [InlineData(""", "exampleAuthors": [null]""", "exampleAuthors", "entry 1 is no object")]
    [InlineData(""", "exampleReviewers": [{"name": "", "clinician": true}]""", "exampleReviewers", "entry 1 has an empty")]
    [InlineData(""", "exampleReviewers": [{"clinician": true}]""", "exampleReviewers", "entry 1 has no")]
    [InlineData(""", "exampleReviewers": [{"name": "A", "degree": "MD"}]""", "exampleReviewers", "degree")]
    [InlineData(""", "exampleAuthors": [{"name": "A", "clinician": true}, {"name": "B"}]""", "exampleAuthors", "entry 2 does not say whether it is a clinician")]
    [InlineData(""", "exampleAuthors": [{"name": "A", "clinician": null}]""", "exampleAuthors", "must be true or false")]
    [InlineData(""", "exampleAuthors": [{"name": "A\u202EB", "clinician": true}]""", "exampleAuthors", "changes the direction")]
    [InlineData(""", "exampleAuthors": [{"name": "A\u2069", "clinician": true}]""", "exampleAuthors", "changes the direction")]
    [InlineData(""", "exampleAuthors": [{"name": "A\nB", "clinician": true}]""", "exampleAuthors", "a control character")]
    public void What_is_no_list_of_people_is_refused(string fields, string field, string problemOfEntry)
    {
        var problem = Assert.Throws<InputException>(() => Own(fields));
        Assert.Contains(field, problem.Message, StringComparison.Ordinal);
        Assert.Contains("cardiologist", problem.Message, StringComparison.Ordinal);
        Assert.Contains(problemOfEntry, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Authors_without_examples_are_refused() => Assert.Contains(
        "none of its own",
        Assert.Throws<InputException>(() => ProfileReader.Parse("""{"name": "own", "strategy": "few-shot", "exampleReviewers": []}""", "test")).Message,
        StringComparison.Ordinal);

    private static Profile Own(string fields) =>
        ProfileReader.Parse("{\"name\": \"own\", \"strategy\": \"few-shot\", \"examples\": [" + Example + "]" + fields + "}", "test");

    private static string Markdown(Protocol protocol) => ReportMarkdown.Write(Report(Header(1) with { Protocol = protocol }, Of(0, "A", 'A')));
}
