using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Cli.Commands;
using MedQA.Cli.Tests.Commands;
using MedQA.Pipeline.Storage;
using MedQA.Web.Contracts;

namespace MedQA.Cli.Tests.Settings;

/// <summary>Every enumeration that is read from a request, an answer, a blob, a row or the command line: by its exact names and by nothing else.</summary>
public sealed class EnumerationTests
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(EnumNames).Assembly, typeof(Datasets.Reading.QuestionSetReader).Assembly, typeof(Inference.Sessions.ModelOptions).Assembly, typeof(RunStorage).Assembly,
        typeof(WebJson).Assembly, typeof(ClientJson).Assembly, typeof(CommonOptions).Assembly,
    ];

    /// <summary>Each context of serialization with each enumeration that stands somewhere in what it reads. What commands print is only written.</summary>
    public static TheoryData<string, string> Read { get; } = new(Enumerations().Select(static pair => (pair.Context.GetType().Name, pair.Enumeration.FullName!)));

    [Fact]
    public void The_enumerations_are_found()
    {
        var found = Enumerations().Select(static pair => $"{pair.Context.GetType().Name}.{pair.Enumeration.Name}").ToList();
        Assert.All(
            (string[])["WebJson.ClickKind", "WebJson.RunState", "WebJson.RaterState", "ClientJson.RunState", "PipelineJson.SampleEnd", "PipelineJson.AnswerNotation", "EvaluationJson.SampleEnd"],
            known => Assert.Contains(known, found));
    }

    [Theory]
    [MemberData(nameof(Read))]
    public void JSON_gives_an_enumeration_by_its_exact_name_only(string context, string enumeration)
    {
        var (known, type) = Enumerations().First(pair => pair.Context.GetType().Name == context && pair.Enumeration.FullName == enumeration);
        var info = known.Options.GetTypeInfo(type);
        var values = Enum.GetValues(type).Cast<object>().ToArray();
        var names = values.Select(value => JsonSerializer.Serialize(value, info)).ToArray();
        foreach (var (value, name) in values.Zip(names))
        {
            Assert.Equal($"\"{JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!)}\"", name);
            Assert.Equal(value, JsonSerializer.Deserialize(name, info));
        }

        var first = names[0].Trim('"');
        foreach (var text in (string[])
            [
                "0", "1", "99", "-1", "null", "true", "{}", "[]", $"[{names[0]}]", "\"\"", "\" \"", "\"0\"", "\"1\"", "\"99\"", $"\"{first},{names[^1].Trim('"')}\"", $"\"{first}, {first}\"",
                $"\"{first} \"", $"\" {first}\"", $"\"{first.ToUpperInvariant()}\"", $"\"{char.ToUpperInvariant(first[0])}{first[1..]}\"", "\"unheardOf\"",
            ])
        {
            Assert.True(Throws(() => JsonSerializer.Deserialize(text, info)), $"{context} reads {text} as {type.Name}.");
        }

        // A value without a name is not written, either.
        Assert.Throws<ArgumentOutOfRangeException>(() => JsonSerializer.Serialize(Enum.ToObject(type, 99), info));

        static bool Throws(Action read)
        {
            try
            {
                read();
                return false;
            }
            catch (JsonException)
            {
                return true;
            }
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("Choice,Comment")]
    [InlineData("")]
    [InlineData(" Choice")]
    [InlineData("choice")]
    [InlineData("CHOICE")]
    [InlineData(null)]
    public void A_stored_name_is_exact_or_the_row_is_damaged(string? stored)
    {
        Assert.Contains("Choice, Comment", Assert.Throws<InvalidDataException>(() => EnumNames.Stored<ClickKind>(stored)).Message, StringComparison.Ordinal);
        Assert.Equal(ClickKind.Choice, EnumNames.Stored<ClickKind>("Choice"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("json,csv")]
    [InlineData("")]
    [InlineData("JSON")]
    public async Task The_command_line_takes_names_only(string format)
    {
        await using var medqa = new MedqaProcess();
        var (code, output, notes) = await medqa.RunAsync("profiles", "--output", format);
        Assert.True(code != 0 && output.Length == 0, $"{format}: {code} {output}");
        Assert.Contains("table", notes, StringComparison.Ordinal);
    }

    /// <summary>What the framework offers reads numbers, lists and any case: one place reads the names of enumerations.</summary>
    [Fact]
    public void Nothing_reads_an_enumeration_in_another_way()
    {
        string[] allowed = ["VerifyCommand.cs", "ModelsCheckCommand.cs", "EnumNames.cs"];
        var sources = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => !allowed.Contains(Path.GetFileName(file)))
            .Select(static file => (File: file, Text: File.ReadAllText(file))).ToList();
        Assert.True(sources.Count > 300, $"{sources.Count} files.");
        foreach (var way in (string[])["Enum.Parse", "Enum.TryParse", "JsonStringEnumConverter", "UseStringEnumConverter", "Option<OutputFormat>(\"", ".GetEnum("])
        {
            Assert.DoesNotContain(sources, source => source.Text.Contains(way, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<(JsonSerializerContext Context, Type Enumeration)> Enumerations()
    {
        foreach (var type in Assemblies.SelectMany(static assembly => assembly.GetTypes()).Where(static type => type.IsSubclassOf(typeof(JsonSerializerContext)) && type.Namespace != typeof(CommonOptions).Namespace))
        {
            // Where a context is used with other options, those are what it reads by.
            var context = (JsonSerializerContext)(type.GetProperty("Compact") ?? type.GetProperty("Default"))!.GetValue(null)!;
            var (seen, left) = (new HashSet<Type>(), new Queue<Type>(type.GetCustomAttributesData()
                .Where(static attribute => attribute.AttributeType == typeof(JsonSerializableAttribute)).Select(static attribute => (Type)attribute.ConstructorArguments[0].Value!)));
            while (left.TryDequeue(out var next))
            {
                next = Nullable.GetUnderlyingType(next) ?? next;
                if (!seen.Add(next))
                {
                    continue;
                }

                if (next.IsEnum)
                {
                    yield return (context, next);
                    continue;
                }

                var info = context.Options.GetTypeInfo(next);
                foreach (var part in info.Properties.Select(static property => property.PropertyType).Concat(new[] { info.ElementType, info.KeyType }.OfType<Type>()))
                {
                    left.Enqueue(part);
                }
            }
        }
    }
}
