using System.Text;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;

namespace MedQA.Datasets.Tests.Json;

public sealed class JsonQuestionSetTests
{
    [Theory]
    [InlineData("""{"id":"x1","question":"Why?","options":["yes","no"],"answer":"B"}""", QuestionSetFormat.JsonLines)]
    [InlineData("""{"answer":"no","options":{"B":"no","A":"yes"},"question":"Why?","id":"x1"}""", QuestionSetFormat.JsonLines)]
    [InlineData("""[{"id":"x1","question":"Why?","options":["yes","no"],"answer":"B"}]""", QuestionSetFormat.Json)]
    [InlineData("{\n \"id\": \"x1\",\n \"question\": \"Why?\",\n \"options\": {\n \"A\": \"yes\",\n \"B\": \"no\" },\n \"answer_idx\": \"B\" }\n", QuestionSetFormat.Json)]
    [InlineData("""{"x1":{"question":"Why?","options":["yes","no"],"answer":"B"}}""", QuestionSetFormat.Json)]
    [InlineData("""{"id":"x1","question":"Why?","choices":{"text":["yes","no"],"label":["A","B"]},"answerKey":"B"}""", QuestionSetFormat.JsonLines)]
    [InlineData("""{"id":"x1","question":"Why?","opa":"yes","opb":"no","opc":"","opd":"","answer_from_1":2}""", QuestionSetFormat.MedMcqa)]
    [InlineData("""{"id":"x1","question":"Why?","answer":"no","options":{"A":"yes","B":"no"},"meta_info":"","answer_idx":"B","metamap_phrases":["why"]}""", QuestionSetFormat.MedQa)]
    public async Task The_same_question_is_read_from_every_shape(string text, QuestionSetFormat format)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));

        var question = Assert.Single(await SetReadings.QuestionsAsync(text));

        Assert.Equal(format, await QuestionSetReader.RecognizeAsync(stream, new QuestionSetOptions(), TestContext.Current.CancellationToken));
        Assert.Equal("x1|set|||Why?|yes/no|B|", SetReadings.Outline(question));
    }

    [Fact]
    public async Task Broken_lines_cost_only_themselves()
    {
        var rows = await SetReadings.RowsAsync("""
            {"question":"One?","options":["x","y"],"answer":"A"}
            {"question":"Two?","options":["x","y"],"answer":

            {"question":"Three?","options":["x","y"],"answer":"\ud800"}
            {"question":"Lone \ud800?","options":["x","y"],"answer":"A"}
            [1, 2]
            {"name":"Ada"}
            {"question":"Six?","options":{"A":"x","C":"y"},"answer":"A"}
            {"question":"Seven?","options":["x","y"],"answer":"B"}
            """);

        Assert.Equal(
            [
                "1 One?", "2 The line is not valid JSON from byte 49 on.", "4 answer '\uFFFF' is not one of the 2 options.", "5 The question contains bytes that are not text in the file's encoding; save the file as UTF-8.",
                "6 The record is not a JSON object.", "7 No property is named question (or question_text, stem, query, q, text, prompt, problem); the properties are 'name'.",
                "8 The options are not named A, B, C … or by numbers without gaps, or one is not text (see 'C').", "9 Seven?",
            ],
            rows.Select(static row => $"{row.Line} {(row is RejectedRow rejected ? rejected.Reason : ((AcceptedRow)row).Question.Text)}"));
    }

    [Fact]
    public async Task A_file_whose_first_line_is_broken_is_still_read()
    {
        var rows = await SetReadings.RowsAsync("{\"question\" \"One?\"}\n{\"question\":\"Two?\",\"options\":[\"x\",\"y\"],\"answer\":\"A\"}\n");

        Assert.IsType<RejectedRow>(rows[0]);
        Assert.IsType<AcceptedRow>(rows[1]);
    }

    [Theory]
    [InlineData("1 4 2", "0 3 1")]
    [InlineData("0 3 2", "0 3 2")]
    [InlineData("-1 -1 -1", "- - -")]
    public async Task MedMcqas_numbers_are_decided_over_the_file(string cops, string golds)
    {
        var text = string.Concat(cops.Split(' ').Select(static (cop, index) => $$"""{"question":"Q?","exp":null,"cop":{{cop}},"opa":"w","opb":"x","opc":"y","opd":"z","subject_name":"Anatomy","topic_name":null,"id":"i{{index}}","choice_type":"single"}""" + "\n"));

        var questions = await SetReadings.QuestionsAsync(text);

        Assert.Equal(golds, string.Join(' ', questions.Select(static question => question.Gold?.ToString() ?? "-")));
        Assert.All(questions, static question => Assert.Equal("Anatomy", question.Topic));
    }

    [Fact]
    public async Task MedMcqas_numbers_that_stay_open_are_refused_with_the_setting()
    {
        var fault = await SetReadings.RefusedAsync("""{"question":"Q?","cop":2,"opa":"w","opb":"x","opc":"y","opd":"z","id":"i"}""");

        Assert.Equal(
            "set.csv, line 1: cop '2' counts options, but no row of the file says whether from 0 or from 1 (none has a 0, none has its number of options); "
            + "set the answer notation (--answer-notation, over HTTP answerNotation) to fromZero or fromOne, or rename the field to answer_from_0 or answer_from_1.",
            fault.Message);
    }

    [Fact]
    public async Task MedMcqas_test_records_without_labels_are_read_unscored()
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync("""{"question":"Q?","opa":"w","opb":"x","opc":"y","opd":"z","subject_name":"Surgery","topic_name":"Hernia","id":"i","choice_type":"single"}"""));

        Assert.Equal("i|set|Surgery||Q?|w/x/y/z|-|", SetReadings.Outline(question));
    }

    [Fact]
    public async Task PubMedQas_records_are_read_with_their_abstracts_parts()
    {
        var questions = await SetReadings.QuestionsAsync("""
            {
                "101": { "QUESTION": "Does it?", "CONTEXTS": ["Part one.", "Part two."], "LABELS": ["A", "B"], "final_decision": "maybe", "LONG_ANSWER": "It may." },
                "102": { "QUESTION": "Is it?", "CONTEXTS": ["Only part."], "LONG_ANSWER": "…" }
            }
            """);

        Assert.Equal(["101|set||Part one.\n\nPart two.|Does it?|yes/no/maybe|C|", "102|set||Only part.|Is it?|yes/no/maybe|-|"], questions.Select(SetReadings.Outline));
    }

    [Fact]
    public async Task PubMedQas_records_in_lines_are_read_too()
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync("""{"pubid":101,"question":"Does it?","context":{"contexts":["One.","Two."],"labels":["A","B"]},"long_answer":"It may.","final_decision":"no"}"""));

        Assert.Equal("101|set||One.\n\nTwo.|Does it?|yes/no/maybe|B|", SetReadings.Outline(question));
    }

    [Theory]
    [InlineData("""{"12377809": "yes", "26163474": "no"}""", "set.csv: the file lists the decisions of PubMedQA's test questions, not the questions; import it together with the file of the questions (ori_pqal.json).")]
    [InlineData("""{"name": "medqa", "version": "1.0"}""", "set.csv: the file is JSON, but no property of its first record is named question (or question_text, stem, query, q, text, prompt, problem); there are 'name', 'version'.")]
    [InlineData("[]", "set.csv: the file begins like JSON, but is not valid JSON.")]
    [InlineData("{", "set.csv: the file is JSON, but no property of its first record is named question (or question_text, stem, query, q, text, prompt, problem); there are none.")]
    [InlineData("[1, 2, 3]", "set.csv: the file begins like JSON, but is not valid JSON.")]
    public async Task Json_that_is_no_question_set_is_refused(string text, string message) => Assert.Equal(message, (await SetReadings.RefusedAsync(text)).Message);

    [Fact]
    public async Task An_array_that_breaks_off_gives_its_rows_and_then_the_line_of_the_fault()
    {
        var rows = new List<QuestionSetRow>();
        using var stream = new MemoryStream("[{\"question\":\"One?\",\"options\":[\"x\",\"y\"],\"answer\":\"A\"},\n{\"question\":\"Two?\",\n\"options\":[\"x\""u8.ToArray());

        var fault = await Assert.ThrowsAsync<InputException>(async () =>
        {
            await foreach (var row in QuestionSetReader.ReadAsync(stream, new QuestionSetOptions { FileName = "set.json" }, TestContext.Current.CancellationToken))
            {
                rows.Add(row);
            }
        });

        Assert.Single(rows);
        Assert.Equal("set.json, line 3: the text is not valid JSON from byte 15 of this line on.", fault.Message);
    }

    [Fact]
    public async Task Text_behind_the_array_is_refused() =>
        Assert.Equal("set.csv, line 2: the text is not valid JSON from byte 1 of this line on.", (await SetReadings.RefusedAsync("[{\"question\":\"One?\",\"options\":[\"x\",\"y\"],\"answer\":\"A\"}]\nmore")).Message);

    [Fact]
    public async Task Records_larger_than_the_first_buffer_are_read_with_their_lines()
    {
        var context = new string('c', 100_000);
        var text = $"{{\n\"1\": {{ \"QUESTION\": \"One?\", \"CONTEXTS\": [\"{context}\"], \"final_decision\": \"yes\" }},\n\n\"2\": {{ \"QUESTION\": \"Two?\",\n \"CONTEXTS\": [\"{context}\"], \"final_decision\": \"no\" }} }}\n\n";

        var rows = await SetReadings.RowsAsync(text);

        Assert.Equal([2, 4], rows.Select(static row => row.Line));
        Assert.All(SetReadings.Questions(rows), question => Assert.Equal(context, question.Context));
    }

    [Fact]
    public async Task Records_over_the_limit_are_refused_with_their_line()
    {
        var options = new QuestionSetOptions { FileName = "set.json", MaxRecordLength = 1024 };
        var record = "{\"question\":\"One?\",\"options\":[\"x\",\"y\"],\"answer\":\"A\"}";
        var large = $"{{\"question\":\"{new string('x', 200_000)}\"}}";

        Assert.Equal("set.json, line 2: the line is longer than 1,024 characters (MaxRecordLength).", (await SetReadings.RefusedAsync($"{record}\n{large}\n", options)).Message);
        Assert.Equal("set.json, line 2: the record that starts here is longer than 1,024 bytes (MaxRecordLength).", (await SetReadings.RefusedAsync($"[{record},\n{large}]", options)).Message);
    }

    [Fact]
    public async Task Nesting_without_end_rejects_the_record()
    {
        var rows = await SetReadings.RowsAsync("{\"question\":\"One?\",\"options\":[\"x\",\"y\"],\"answer\":\"A\"}\n{\"question\":\"Two?\",\"options\":" + new string('[', 100_000) + "\n");

        Assert.StartsWith("The line is not valid JSON", Assert.IsType<RejectedRow>(rows[1]).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public async Task Json_is_read_in_every_marked_encoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        foreach (var text in (string[])["{\"question\":\"Größe?\",\"options\":[\"µ\",\"β\"],\"answer\":\"β\"}\n", "[{\"question\":\"Größe?\",\"options\":[\"µ\",\"β\"],\"answer\":\"β\"}]"])
        {
            var question = Assert.Single(SetReadings.Questions(await SetReadings.RowsAsync([.. encoding.Preamble, .. encoding.GetBytes(text)])));

            Assert.Equal("row-00001|set|||Größe?|µ/β|B|", SetReadings.Outline(question));
        }
    }

    [Fact]
    public async Task Free_answers_have_their_references()
    {
        var questions = await SetReadings.QuestionsAsync("{\"question\":\"How?\",\"reference_answers\":[ \"So.\", \"Or so.\" ]}\n{\"question\":\"Why?\",\"answer\":\"No.\"}\n");

        Assert.Equal(["row-00001|set|||How?||-|So./Or so.", "row-00002|set|||Why?||-|No."], questions.Select(SetReadings.Outline));
    }
}
