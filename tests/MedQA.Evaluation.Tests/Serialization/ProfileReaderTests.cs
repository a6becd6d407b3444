using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Serialization;

public sealed class ProfileReaderTests
{
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { """{"name":"x","strategy":"self-consistency","temprature":0.7}""", "temprature", "did you mean \"temperature\"?" },
        { """{"name":"x","strategy":"self-consistency","temperature":"hot"}""", "temperature", "is \"hot\", but must be a number from 0 to 10" },
        { """{"name":"x","strategy":"self-consistency","temperature":-1}""", "temperature", "is -1" },
        { """{"name":"x","strategy":"self-consistency","temperature":0}""", "temperature", "would all be the same" },
        { """{"name":"x","strategy":"self-consistency","samples":0}""", "samples", "is 0, but must be a whole number from 1 to 1,000" },
        { """{"name":"x","strategy":"self-consistency","samples":2.5}""", "samples", "is 2.5" },
        { """{"name":"x","strategy":"few-shot","samples":3}""", "samples", "few-shot takes exactly 1" },
        { """{"name":"x","strategy":"guessing"}""", "strategy", "one of few-shot, chain-of-thought" },
        { """{"name":"x"}""", "strategy", "is missing" },
        { """{"strategy":"few-shot"}""", "name", "is missing" },
        { """{"name":"Mine!","strategy":"few-shot"}""", "name", "lower-case letters" },
        { """{"name":"x","strategy":"few-shot","topP":0}""", "topP", "above 0, at most 1" },
        { """{"name":"x","strategy":"few-shot","format":"prose"}""", "format", "\"chat\", \"completion\"" },
        { """{"name":"x","strategy":"few-shot","format":1}""", "format", "is 1" },
        { """{"name":"x","strategy":"few-shot","stop":"Question"}""", "stop", "a list of at most 16 texts" },
        { """{"name":"x","strategy":"few-shot","stop":[""]}""", "stop", "none of them empty" },
        { """{"name":"x","strategy":"few-shot","answerCue":"Answer: "}""", "answerCue", "does not end in white space" },
        { """{"name":"x","strategy":"few-shot","seed":1e30}""", "seed", "64 bits" },
        { """{"name":"x","strategy":"few-shot","templateDate":"1.2.2026"}""", "templateDate", "2026-01-31" },
        { """{"name":"x","strategy":"few-shot","exemplarSet":"nonsense"}""", "exemplarSet", "medqa" },
        { """{"name":"x","strategy":"few-shot","exemplarSet":null}""", "exemplarSet", "worked examples are asked for" },
        { """{"name":"x","strategy":"few-shot","template":"{qestion}"}""", "template", "{qestion}, which does not exist" },
        { """{"name":"x","strategy":"few-shot","template":"{question"}""", "template", "not closed" },
        { """{"name":"x","strategy":"few-shot","template":"{options}"}""", "template", "no placeholder {question}" },
        { """{"name":"x","strategy":"few-shot","stopRule":"beta"}""", "stopRule", "only adaptive-self-consistency" },
        { """{"name":"x","strategy":"few-shot","examples":[{"question":"Q","options":["a","b"],"answer":"C"}]}""", "examples", "example-1 has 2 options and the answer \"C\"" },
        { """{"name":"x","strategy":"few-shot","examples":[{"question":"Q","options":["a","b"],"answr":"A"}]}""", "examples", "answr" },
        { """{"name":"x","strategy":"few-shot","examples":[{"question":" "}]}""", "examples", "empty question" },
        { """{"name":"x","strategy":"few-shot","examples":[null]}""", "examples", "is null" },
        { """{"name":"x","strategy":"few-shot","examples":"medqa"}""", "examples", "a list of at most 100" },
        { """{"name":"x","strategy":"few-shot","exemplarSet":"medqa","examples":[{"question":"Q","options":["a","b"],"answer":"A"}]}""", "exemplarSet", "remove one of the two" },
        { """{"name":"x","strategy":"few-shot","name":"y"}""", "name", "appears twice" },
        { """["few-shot"]""", "", "a JSON object" },
        { "{\n\"name\": few-shot}", "", "line 2" },
        { """{"name":"\ud800","strategy":"few-shot"}""", "", "line 1 holds a text that is not valid Unicode" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_source_field_and_what_is_allowed(string json, string field, string problem)
    {
        var exception = Assert.Throws<InputException>(() => ProfileReader.Parse(json, "mine.json"));

        Assert.Equal(field, exception.Location.Field ?? "");
        Assert.Equal("Profile mine.json", exception.Location.Source);
        Assert.StartsWith("Profile mine.json: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_named_with_their_line() =>
        Assert.Contains("line 2 holds a text that is not valid Unicode", Assert.Throws<InputException>(() => ProfileReader.Parse((byte[])[.. "{\n\"na"u8, 0xC1, .. "me\":\"x\"}"u8], "mine.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_list_of_profiles_says_of_a_strategy_is_no_part_of_the_profile()
    {
        using var listed = JsonDocument.Parse(CanonicalJson.Catalog(BuiltInProfiles.All, static _ => false));

        Assert.Equal(
            BuiltInProfiles.All.Select(CanonicalJson.Of),
            listed.RootElement.EnumerateArray().Select(static profile => CanonicalJson.Of(ProfileReader.Parse(profile.GetRawText(), "listed"))));
        Assert.All(
            BuiltInProfiles.All.Zip(listed.RootElement.EnumerateArray()),
            static pair => Assert.Equal(pair.First.Strategy.Description, pair.Second.GetProperty("description").GetString()));
    }

    [Fact]
    public void Fields_that_are_left_out_are_those_of_the_built_in_profile_of_the_strategy()
    {
        var profile = ProfileReader.Parse("""{"name":"sc-5","strategy":"self-consistency","samples":5}""", "mine.json");

        Assert.Equal(BuiltInProfiles.Find("self-consistency")! with { Name = "sc-5", Samples = 5, Stop = profile.Stop }, profile);
        Assert.Equal(0.7, profile.Temperature);
    }

    [Fact]
    public void All_fields_are_read()
    {
        var profile = ProfileReader.Parse(
            """
            {
              // a comment
              "name": "all", "strategy": "adaptive-self-consistency", "format": "completion", "system": "S", "instruction": "I {answers}", "template": "{question} {a}",
              "optionTemplate": "{letter}: {option}", "optionSeparator": " ", "answerTemplate": "{letter}", "answerSpace": "optionTexts", "examplesAs": "text", "exemplarSet": "medqa",
              "exemplars": 2, "exemplarSelection": "random", "samples": 41, "temperature": 0.5, "topP": 0.9, "topK": 40, "minP": 0.05, "maxTokens": 99, "stop": ["X", "Y"],
              "answerCue": "\nSo:", "onUnparsed": "abstain", "stopRule": "beta", "stopProbability": 0.9, "waveSize": 3, "refinements": 7, "seed": -5, "templateDate": "2025-02-28", "maxSeconds": 60, "prefix": "cardiology-100",
            }
            """,
            "all.json");

        Assert.Equal(
            new Profile
            {
                Name = "all", Strategy = BuiltInProfiles.Find("adaptive-self-consistency")!.Strategy, Format = PromptFormat.Completion, System = "S", Instruction = "I {answers}", Template = "{question} {a}",
                OptionTemplate = "{letter}: {option}", OptionSeparator = " ", AnswerTemplate = "{letter}", AnswerSpace = AnswerSpace.OptionTexts, ExamplesAs = ExemplarPlacement.Text, ExemplarSet = "medqa",
                Exemplars = 2, ExemplarSelection = ExemplarSelection.Random, Samples = 41, Temperature = 0.5, TopP = 0.9, TopK = 40, MinP = 0.05, MaxTokens = 99, Stop = profile.Stop,
                AnswerCue = "\nSo:", OnUnparsed = UnparsedHandling.Abstain, StopRule = StopRule.Beta, StopProbability = 0.9, WaveSize = 3, Refinements = 7, Seed = -5, TemplateDate = new DateOnly(2025, 2, 28), MaxSeconds = 60, Prefix = "cardiology-100",
            },
            profile);
        Assert.Equal(["X", "Y"], profile.Stop);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_a_profile() =>
        Assert.Equal("x", ProfileReader.Parse((byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("""{"name":"x","strategy":"few-shot"}""")], "bom.json").Name);

    [Fact]
    public void Every_built_in_profile_passes_its_own_check_and_is_named_like_its_strategy()
    {
        Assert.NotEmpty(BuiltInProfiles.All);
        Assert.All(BuiltInProfiles.All, profile => Assert.Equal(profile.Strategy.Name, ProfileReader.Check(profile, "built in").Name));
    }

    [Fact]
    public void Canonical_bytes_state_every_field_and_come_back_as_the_same_profile()
    {
        foreach (var profile in BuiltInProfiles.All)
        {
            var bytes = CanonicalJson.Of(profile);
            var read = ProfileReader.Parse(bytes, "canonical");

            Assert.Equal(profile with { Stop = read.Stop }, read);
            Assert.Equal(profile.Stop, read.Stop);
            Assert.Equal(bytes, CanonicalJson.Of(read));
        }

        var fields = JsonDocument.Parse(CanonicalJson.Of(BuiltInProfiles.All[0])).RootElement.EnumerateObject().Count();
        Assert.Equal(typeof(Profile).GetProperties().Count(static property => property.CanWrite && property.Name is not (nameof(Profile.Prefix) or nameof(Profile.ModelOptions) or nameof(Profile.TemplateArguments) or nameof(Profile.ThinkingTokens) or nameof(Profile.ExampleAuthors) or nameof(Profile.ExampleReviewers))), fields);
    }

    [Fact]
    public void A_prefix_is_stated_where_there_is_one_and_otherwise_left_out_so_that_older_runs_keep_their_ids()
    {
        var plain = BuiltInProfiles.Find("few-shot")!;
        var prefixed = plain with { Name = "tuned", Prefix = "cardiology" };

        Assert.DoesNotContain("prefix", Encoding.UTF8.GetString(CanonicalJson.Of(plain)), StringComparison.Ordinal);
        Assert.EndsWith("\"prefix\":\"cardiology\"}", Encoding.UTF8.GetString(CanonicalJson.Of(prefixed)), StringComparison.Ordinal);
        Assert.Equal("cardiology", ProfileReader.Check(prefixed, "here").Prefix);
        Assert.Contains("null, or the name of a prefix: 1 to 64 lower-case letters", Assert.Throws<InputException>(() => ProfileReader.Check(prefixed with { Prefix = "../x" }, "here")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_protocol_states_which_prefix_a_name_stood_for()
    {
        var protocol = Protocol.Of(BuiltInProfiles.Find("few-shot")! with { Prefix = "cardiology" }, []);
        var prefix = new SoftPromptReference("cardiology", new string('a', 64), 20, new string('b', 64), "tiny");

        var (one, other) = (protocol with { Prefix = prefix }, protocol with { Prefix = prefix with { Hash = new string('c', 64) } });

        Assert.NotEqual(CanonicalJson.Of(one), CanonicalJson.Of(other));
        Assert.Equal(CanonicalJson.Of(one), CanonicalJson.Of(one with { Prefix = prefix with { Name = "renamed" } }));
        Assert.DoesNotContain("\"hash\"", Encoding.UTF8.GetString(CanonicalJson.Of(protocol)), StringComparison.Ordinal);
        Assert.Equal(prefix, JsonSerializer.Deserialize(JsonSerializer.Serialize(one, EvaluationJson.Default.Protocol), EvaluationJson.Default.Protocol)!.Prefix);
    }

    [Fact]
    public void A_prefix_leaves_so_much_less_room_for_questions()
    {
        var model = new ModelDescription { Name = "tiny", Fingerprint = new string('b', 64), EngineFingerprint = "", ContextLength = 512, HasChatTemplate = true };
        var profile = BuiltInProfiles.Find("few-shot")! with { Prefix = "p", MaxTokens = 400 };
        var prefix = new SoftPromptReference("p", new string('a', 64), 95, model.Fingerprint, "tiny");

        Assert.Null(profile.GetIncompatibility(model, prefix));
        Assert.Contains("up to 400 tokens behind the 96 virtual tokens of prefix p, which leaves no room", profile.GetIncompatibility(model, prefix with { Length = 96 }), StringComparison.Ordinal);
        Assert.Contains("512 virtual tokens, which leave no room for a prompt", profile.GetIncompatibility(model, prefix with { Length = 512 }), StringComparison.Ordinal);
        var foreign = profile.GetIncompatibility(model, prefix with { ModelFingerprint = new string('c', 64), ModelName = "large" })!;
        Assert.Contains($"was tuned for model large with fingerprint {new string('c', 64)}", foreign, StringComparison.Ordinal);
        Assert.Contains(model.Fingerprint, foreign, StringComparison.Ordinal);
    }

    [Fact]
    public void Canonical_bytes_do_not_depend_on_how_a_profile_was_written()
    {
        var one = ProfileReader.Parse("""{"name":"x","strategy":"self-consistency","temperature":0.70}""", "one");
        var other = ProfileReader.Parse("""{ "temperature": 7e-1, "strategy": "self-consistency", "name": "x", "samples": 11 }""", "other");

        Assert.Equal(CanonicalJson.Of(one), CanonicalJson.Of(other));
    }

    [Fact]
    public void A_profile_can_bring_its_own_worked_examples()
    {
        var profile = ProfileReader.Parse(
            """{"name":"mine","strategy":"self-consistency","examples":[{"question":"Q1","options":["a","b"],"answer":"B","explanation":"E"},{"id":"two","question":"Q2","options":["c","d"],"answer":"a","context":"C"}]}""",
            "mine.json");
        var protocol = Protocol.Of(profile, ["medqa_test"]);

        Assert.Equal((null, 2), (profile.ExemplarSet, profile.Exemplars));
        Assert.Equal(["example-1", "two"], protocol.Exemplars.Select(static exemplar => exemplar.Id));
        Assert.Equal([1, 0], protocol.Exemplars.Select(static exemplar => exemplar.Answer));
        Assert.Equal(CanonicalJson.Of(profile), CanonicalJson.Of(ProfileReader.Parse(CanonicalJson.Of(profile), "again")));
    }

    [Fact]
    public void A_model_without_chat_template_or_with_too_small_a_context_is_said_to_be_unsuited()
    {
        var profile = BuiltInProfiles.Find("self-consistency")!;
        var model = new ModelDescription { Name = "tiny", Fingerprint = "0", EngineFingerprint = "e", ContextLength = 2048, HasChatTemplate = true };

        Assert.Null(profile.GetIncompatibility(model));
        Assert.Contains("\"format\": \"completion\"", profile.GetIncompatibility(model with { HasChatTemplate = false }), StringComparison.Ordinal);
        Assert.Null((profile with { Format = PromptFormat.Completion }).GetIncompatibility(model with { HasChatTemplate = false }));
        Assert.Contains("leaves no room", profile.GetIncompatibility(model with { ContextLength = 128 }), StringComparison.Ordinal);
    }

    [Property(MaxTest = 200)]
    public Property Any_profile_that_is_allowed_comes_back_from_its_canonical_bytes() => Prop.ForAll(Profiles().ToArbitrary(), static profile =>
    {
        var bytes = CanonicalJson.Of(profile);
        var read = ProfileReader.Parse(bytes, "canonical");
        return profile with { Stop = read.Stop, Examples = read.Examples } == read && profile.Stop.SequenceEqual(read.Stop) && bytes.AsSpan().SequenceEqual(CanonicalJson.Of(read));
    });

    private static Gen<Profile> Profiles() =>
        from builtIn in Gen.Elements(BuiltInProfiles.All.ToArray())
        from text in Gen.Elements("", "Plain", "line\nfeed", "“quotes” \"and\" \\ <b>", "emoji 🫀", "\u0001\u2028")
        from temperature in Gen.Choose(1, 9999)
        from numbers in Gen.Choose(1, 1000).Three()
        from stop in Gen.Elements("\n", "Question", "🫀").ListOf()
        from seed in ArbMap.Default.GeneratorFor<long>()
        from day in Gen.Choose(0, 3_000_000)
        select builtIn with
        {
            System = text.Length == 0 ? null : text,
            Instruction = text,
            AnswerCue = text is "Plain" ? "So: (" : null,
            Samples = builtIn.Samples == 1 ? 1 : numbers.Item1,
            Temperature = temperature / 1000.0,
            TopP = numbers.Item2 / 1000.0,
            MinP = numbers.Item3 / 1000.0,
            TopK = numbers.Item1,
            MaxTokens = numbers.Item2,
            WaveSize = numbers.Item3,
            Stop = [.. stop.Take(16)],
            Seed = seed,
            TemplateDate = DateOnly.FromDayNumber(day),
        };
}
