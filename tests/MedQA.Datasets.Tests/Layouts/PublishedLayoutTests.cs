using MedQA.Evaluation;
using System.Text;
using MedQA.Datasets.Reading;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Layouts;

/// <summary>The same two questions, yes to the first and no to the second, as public sets lay them out.</summary>
public sealed class PublishedLayoutTests
{
    private const string Both = "yes/no/maybe:A yes/no/maybe:C";

    [Theory]
    [InlineData("CareQA", """{"question":"One?","op1":"yes","op2":"no","op3":"maybe","cop":1}|{"question":"Two?","op1":"yes","op2":"no","op3":"maybe","cop":3}""")]
    [InlineData("CMB", """{"exam_type":"x","question":"One?","answer":"A","question_type":"single","option":{"A":"yes","B":"no","C":"maybe","D":"","E":null}}|{"question":"Two?","answer":"C","option":{"A":"yes","B":"no","C":"maybe"}}""")]
    [InlineData("MMLU", """{"question":"One?","subject":"anatomy","choices":["yes","no","maybe"],"answer":0}|{"question":"Two?","subject":"anatomy","choices":["yes","no","maybe"],"answer":2}""")]
    [InlineData("MMLU-Pro", """{"question_id":70,"question":"One?","options":["yes","no","maybe"],"answer":"A","answer_index":0,"cot_content":"","category":"health","src":"x"}|{"question_id":71,"question":"Two?","options":["yes","no","maybe"],"answer":"C","answer_index":2}""")]
    [InlineData("KorMedMCQA", """{"subject":"doctor","year":2022,"period":1,"q_number":1,"question":"One?","A":"yes","B":"no","C":"maybe","D":"","E":null,"answer":1,"cot":""}|{"question":"Two?","A":"yes","B":"no","C":"maybe","answer":3}""")]
    [InlineData("IgakuQA", """{"problem_id":"116A1","problem_text":"One?","choices":["yes","no","maybe"],"text_only":true,"answer":["a"]}|{"problem_id":"116A2","problem_text":"Two?","choices":["yes","no","maybe"],"text_only":true,"answer":["c"]}""")]
    [InlineData("MedExpQA", """{"id":1,"year":2011,"full_question":"One?","full_answer":"because","type":"x","options":{"1":"yes","2":"no","3":"maybe","4":null,"5":NaN},"correct_option":1,"lang":"en","rag":{"clinical_case_options":{"MedCorp":"x"}}}|{"id":2,"full_question":"Two?","options":{"1":"yes","2":"no","3":"maybe"},"correct_option":3}""")]
    [InlineData("FrenchMedMCQA", """{"id":"a","question":"One?","answers":{"a":"yes","b":"no","c":"maybe"},"correct_answers":["a"],"subject_name":"pharmacie","type":"simple","nbr_correct_answers":1}|{"id":"b","question":"Two?","answers":{"a":"yes","b":"no","c":"maybe"},"correct_answers":["c"]}""")]
    [InlineData("CommonsenseQA", """{"id":"a","question":"One?","question_concept":"x","choices":{"label":["A","B","C"],"text":["yes","no","maybe"]},"answerKey":"A"}|{"id":"b","question":"Two?","choices":{"label":["A","B","C"],"text":["yes","no","maybe"]},"answerKey":"C"}""")]
    [InlineData("ARC with numbers", """{"id":"a","question":"One?","choices":{"label":["1","2","3"],"text":["yes","no","maybe"]},"answerKey":"1"}|{"id":"b","question":"Two?","choices":{"label":["1","2","3"],"text":["yes","no","maybe"]},"answerKey":"3"}""")]
    [InlineData("ARC as first published", """{"id":"a","question":{"stem":"One?","choices":[{"text":"yes","label":"A"},{"text":"no","label":"B"},{"text":"maybe","label":"C"}]},"answerKey":"A"}|{"id":"b","question":{"stem":"Two?","choices":[{"text":"yes","label":"A"},{"text":"no","label":"B"},{"text":"maybe","label":"C"}]},"answerKey":"C"}""")]
    [InlineData("nested data", """{"id":"a","data":{"Question":"One?","Options":{"A":"yes","B":"no","C":"maybe"},"Correct Option":"A","Correct Answer":"yes"},"subject_name":"x"}|{"data":{"Question":"Two?","Options":{"A":"yes","B":"no","C":"maybe"},"Correct Option":"C","Correct Answer":"maybe"},"id":"b"}""")]
    [InlineData("lm-eval samples", """{"doc_id":0,"doc":{"question":"One?","choices":["yes","no","maybe"],"answer":0},"target":"0","arguments":[["x"]],"resps":[[]]}|{"doc_id":1,"doc":{"question":"Two?","choices":["yes","no","maybe"],"answer":2},"target":"2"}""")]
    [InlineData("HellaSwag", """{"ind":1,"ctx":"One?","endings":["yes","no","maybe"],"label":"0"}|{"ind":2,"ctx":"Two?","endings":["yes","no","maybe"],"label":"2"}""")]
    [InlineData("AGIEval", """{"query":"One?","choices":["(A)yes","(B)no","(C)maybe"],"gold":[0]}|{"query":"Two?","choices":["(A)yes","(B)no","(C)maybe"],"gold":[2]}""")]
    [InlineData("CNMLEQA", """{"id":"a","question":"One?","opa":"yes","opb":"no","opc":"maybe","answer":"opa"}|{"id":"b","question":"Two?","opa":"yes","opb":"no","opc":"maybe","answer":"opc"}""")]
    [InlineData("aid and atext", """{"qtext":"One?","ra":"1","answers":[{"aid":1,"atext":"yes"},{"aid":2,"atext":"no"},{"aid":3,"atext":"maybe"}]}|{"qtext":"Two?","ra":"3","answers":[{"aid":1,"atext":"yes"},{"aid":2,"atext":"no"},{"aid":3,"atext":"maybe"}]}""")]
    [InlineData("answers as texts with a gold", """{"question":"One?","answers":["yes","no","maybe"],"answer":"yes"}|{"question":"Two?","answers":["yes","no","maybe"],"answer":"maybe"}""")]
    [InlineData("options under option1", """{"question":"One?","answer_options":"{\"option1\":\"yes\",\"option2\":\"no\",\"option3\":\"maybe\",\"option4\":null}","correct_answer":"option1"}|{"question":"Two?","answer_options":"{\"option1\":\"yes\",\"option2\":\"no\",\"option3\":\"maybe\"}","correct_answer":"option3"}""")]
    [InlineData("one line, as curl -d sends lines", """{"question":"One?","options":["yes","no","maybe"],"answer":"A"}{"question":"Two?","options":["yes","no","maybe"],"answer":"C"}""")]
    [InlineData("MedXpertQA", """{"id":"T-1","question":"One? (A) yes (B) no","options":{"A":"yes","B":"no","C":"maybe"},"label":"A"}|{"id":"T-2","question":"Two?","options":{"A":"yes","B":"no","C":"maybe"},"label":"C"}""", Both, "One? (A) yes (B) no Two?")]
    [InlineData("MedMCQA in samples of lm-eval", """{"doc_id":0,"doc":{"id":"a","question":"One?","opa":"yes","opb":"no","opc":"maybe","cop":0,"exp":null},"target":"A","resps":[[["-1","False"]]]}|{"doc_id":1,"doc":{"id":"b","question":"Two?","opa":"yes","opb":"no","opc":"maybe","cop":2},"target":"C"}""")]
    [InlineData("PubMedQA in samples of lm-eval", """{"doc_id":0,"doc":{"QUESTION":"One?","CONTEXTS":["x","y"],"LABELS":["A","B"],"final_decision":"yes","LONG_ANSWER":"z"},"target":"yes"}|{"doc_id":1,"doc":{"QUESTION":"Two?","CONTEXTS":["x"],"final_decision":"maybe"},"target":"maybe"}""")]
    [InlineData("SIQA", """{"context":"x","question":"One?","answerA":"yes","answerB":"no","answerC":"maybe","label":"1"}|{"context":"x","question":"Two?","answerA":"yes","answerB":"no","answerC":"maybe","label":"3"}""")]
    [InlineData("QuizAPI", """{"question":"One?","answers":{"answer_a":"yes","answer_b":"no","answer_c":"maybe","answer_d":null},"multiple_correct_answers":"false","correct_answer":"answer_a"}|{"question":"Two?","answers":{"answer_a":"yes","answer_b":"no","answer_c":"maybe"},"correct_answer":"answer_c"}""")]
    [InlineData("camel case", """{"questionText":"One?","answerOptions":["yes","no","maybe"],"correctAnswer":"yes"}|{"questionText":"Two?","answerOptions":["yes","no","maybe"],"correctAnswer":"maybe"}""")]
    public async Task Records_are_read(string layout, string lines, string expected = Both, string texts = "One? Two?")
    {
        var questions = await SetReadings.QuestionsAsync(lines.Replace("}|{", "}\n{", StringComparison.Ordinal));

        Assert.Equal((layout, expected, texts), (layout, Outline(questions), string.Join(' ', questions.Select(static question => question.Text))));
    }

    [Theory]
    [InlineData("pandas table", """{"schema":{"fields":[{"name":"index","type":"integer"}]},"data":[{"index":0,"question":"One?","options":["yes","no","maybe"],"answer":"A"},{"index":1,"question":"Two?","options":["yes","no","maybe"],"answer":"C"}]}""")]
    [InlineData("pandas index", """{"0":{"question":"One?","options":["yes","no","maybe"],"answer":"A"},"1":{"question":"Two?","options":["yes","no","maybe"],"answer":"C"}}""")]
    [InlineData("a list with a version", "{\"version\": 1.0, \"note\": NaN,\n \"questions\": [\n{\"question\":\"One?\",\"options\":[\"yes\",\"no\",\"maybe\"],\"answer\":\"A\"},\n{\"question\":\"Two?\",\"options\":[\"yes\",\"no\",\"maybe\"],\"answer\":\"C\"}], \"licence\": {\"by\": [1]}}")]
    [InlineData("an array with NaN", """[{"exp":NaN,"question":"One?","options":["yes","no","maybe",NaN],"answer":"A"},{"x":-Infinity,"y":"\"NaN","question":"Two?","options":["yes","no","maybe"],"answer":"C"}]""")]
    [InlineData("rows of a dataset server", """{"features":[{"name":"question","type":{"dtype":"string"}}],"rows":[{"row_idx":0,"row":{"question":"One?","options":["yes","no","maybe"],"answer":"A"},"truncated_cells":[]},{"row_idx":1,"row":{"question":"Two?","options":["yes","no","maybe"],"answer":"C"}}],"partial":false}""")]
    [InlineData("a log of Inspect", """{"version":2,"eval":{"dataset":{"name":"x"}},"plan":{"steps":[{"solver":"multiple_choice"}]},"samples":[{"id":1,"input":"One?","choices":["yes","no","maybe"],"target":"A","messages":[{"role":"user","content":"x"}]},{"id":2,"input":"Two?","choices":["yes","no","maybe"],"target":"C"}]}""")]
    public async Task Files_of_one_value_are_read(string layout, string text)
    {
        foreach (var most in (int[])[3, 4096])
        {
            var questions = SetReadings.Questions(await SetReadings.RowsAsync(new Dribbling(Encoding.UTF8.GetBytes(text), most)));

            Assert.Equal((layout, Both), (layout, Outline(questions)));
        }
    }

    [Theory]
    [InlineData("A. yes\nB. no\nC. maybe")]
    [InlineData("A yes\nB no\nC maybe")]
    [InlineData("（A）yes\n（B）no\n（C）maybe")]
    [InlineData("A) yes B) no C) maybe")]
    [InlineData("a) yes b) no c) maybe")]
    [InlineData("yes\nno\nmaybe")]
    [InlineData("yes|no|maybe||")]
    [InlineData("['yes', 'no', \"maybe\"]")]
    [InlineData("['yes' 'no'\n 'maybe']")]
    [InlineData("('yes', 'no', 'maybe', None)")]
    [InlineData("{'A': 'yes', 'B': 'no', 'C': 'maybe', 'D': nan}")]
    [InlineData("{'text': array(['yes', 'no', 'maybe'], dtype=object), 'label': array(['A', 'B', 'C'], dtype=object)}")]
    [InlineData("[{'key': 'A', 'value': 'yes'}, {'key': 'B', 'value': 'no'}, {'key': 'C', 'value': 'm\\x61ybe'}]")]
    public async Task Options_in_one_field_are_read(string field)
    {
        var quoted = field.Replace("\"", "\"\"", StringComparison.Ordinal);

        Assert.Equal(Both, Outline(await SetReadings.QuestionsAsync($"question,options,answer\nOne?,\"{quoted}\",A\nTwo?,\"{quoted}\",C\n")));
    }

    [Theory]
    [InlineData("question,\"option\nA\",\"option\nB\",Option (C),answer\nOne?,yes,no,maybe,A\nTwo?,yes,no,maybe,C\n")]
    [InlineData("Exam of 2024,,,,\n,,,,\nquestion,a,b,c,answer\nOne?,yes,no,maybe,A\nTwo?,yes,no,maybe,C\n")]
    [InlineData("question,option_a,option_b,option_c,option_d,answer\nOne?,yes,no,maybe,,['A']\nTwo?,yes,no,maybe, ,\"[\"\"C\"\"]\"\n")]
    [InlineData("question,choice 1,choice 2,choice 3,answer\nOne?,yes,no,maybe,choice 1\nTwo?,yes,no,maybe,choice_3\n")]
    [InlineData("Question|A|B|C|Correct\nOne?|yes|no|maybe|A\nTwo?|yes|no|maybe|C\n")]
    [InlineData("\uFEFF\"sep=;\"\r\nquestion;a;b;c;answer\r\nOne?;yes;no;maybe;A\r\nTwo?;yes;no;maybe;C\r\n")]
    [InlineData("pubid,question,context,long_answer,final_decision\n1,One?,x,y,yes\n2,Two?,x,y,maybe\n")]
    [InlineData("\"\";\"question\";\"option_a\";\"option_b\";\"option_c\";\"answer\";\"weight\"\n\"1\";\"One?\";\"yes\";\"no\";\"maybe\";\"A\";0,5\n\"2\";\"Two?\";\"yes\";\"no\";\"maybe\";\"C\";1,5\n")]
    [InlineData("question,answer,option_a,option_b,option_c,option_d\nOne?,A,yes,no,maybe\nTwo?,C,yes,no,maybe,\n")]
    public async Task Tables_are_read(string text) => Assert.Equal(Both, Outline(await SetReadings.QuestionsAsync(text)));

    [Theory]
    [InlineData("question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2\nOne?,yes,no,maybe\n", "'Incorrect Answer 1', 'Incorrect Answer 2' look like options")]
    [InlineData("question,distractor1,distractor2,distractor3,correct_answer,support\nOne?,a,b,c,d,\n", "'distractor1', 'distractor2', 'distractor3' look like options")]
    [InlineData("Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source\nx,y,One?,yes,yes; sure,no; never,z\n", "'Incorrect Answers' looks like options")]
    [InlineData("question,réponse_a,réponse_b,answer\nOne?,yes,no,yes\n", "'réponse_a', 'réponse_b' look like options")]
    [InlineData("question,respuesta 1,respuesta 2,answer\nOne?,yes,no,yes\n", "'respuesta 1', 'respuesta 2' look like options")]
    [InlineData("question,mcq options,answer\nOne?,yes|no,yes\n", "'mcq options' looks like options")]
    [InlineData("question,option_a,option_b,Richtige Antwort\nOne?,yes,no,yes\n", "'Richtige Antwort' looks like the right answer")]
    [InlineData("question,options,正确答案\nOne?,yes|no,A\n", "'正确答案' looks like the right answer")]
    [InlineData("""{"question":{"0":"One?","1":"Two?"},"options":{"0":["yes","no"],"1":["yes","no"]}}""", "JSON by columns, as pandas writes it")]
    [InlineData("""{"question":["One?","Two?"],"answer":["yes","no"]}""", "JSON by columns, each a list")]
    [InlineData("""{"columns":["question","answer"],"index":[0,1],"data":[["One?","yes"],["Two?","no"]]}""", "pandas' form split")]
    [InlineData("""[["One?","yes"],["Two?","no"]]""", "JSON by values")]
    [InlineData("{'question': 'One?', 'options': ['yes', 'no'], 'answer': 'A'}\n", "single quotes, as Python's dicts do")]
    [InlineData("""{"train":[{"question":"One?","options":["yes","no"],"answer":"A"}],"test":[{"question":"Two?","options":["yes","no"],"answer":"A"}]}""", "two lists of records, 'train' and 'test'")]
    [InlineData("question,option_a,option_b,answerOne?,yes,no,ATwo?,yes,no,B", "--data-binary @FILE")]
    [InlineData("question,answerHow is it?,So.Why?,", "--data-binary @FILE")]
    [InlineData("id,stem,A,B,key,note1,One?,yes,no,A,x2,Two?,yes,no,B,y", "--data-binary @FILE")]
    [InlineData("One?,yes,no,maybe,never,ATwo?,yes,no,maybe,never,B", "--data-binary @FILE")]
    [InlineData("What is it?Why is it?How is it?", "--data-binary @FILE")]
    [InlineData("question,A1,B1,C1,answer\nOne?,x,y,z,x\n", "'A1', 'B1', 'C1' look like options")]
    [InlineData("question,A text,B text,answer\nOne?,x,y,x\n", "'A text', 'B text' look like options")]
    [InlineData("question,(i),(ii),(iii),answer\nOne?,x,y,z,x\n", "'(i)', '(ii)', '(iii)' look like options")]
    [InlineData("question,true answer,false answer 1\nOne?,x,y\n", "'false answer 1' looks like options")]
    [InlineData("question,odp_a,odp_b,poprawna\nOne?,x,y,x\n", "'odp_a', 'odp_b' look like options")]
    [InlineData("Quiz template,,,\n,,,\n,Question - max 120 characters,Answer 1,Answer 2\n1,One?,x,y\n", "the columns are (without a name), 'Question - max 120 characters', 'Answer 1', 'Answer 2'.")]
    [InlineData("""{"version":"1.0","exams":{"x":{"data":[{"qtext":"One?","ra":"1","answers":[]}]}}}""", "the questions are deeper in the file, under 'exams', 'x', 'data', 'qtext'")]
    [InlineData("""{"medqa":{"0":{"question":"One?","options":{"A":"x","B":"y"},"answer":"A"}}}""", "the questions are deeper in the file, under 'medqa', '0', 'question'")]
    [InlineData("{\"medqa\":{\"question\":\"One?\"},\"medmcqa\":{\"question\":\"Two?\"}}\n{\"medqa\":{\"question\":\"Three?\"}}\n", "the records hold their questions in 'medqa'")]
    [InlineData("What is it?\nA. yes\nB. no\nANSWER: A\n", "no column is named question")]
    public async Task Files_that_cannot_be_read_without_loss_are_refused_and_say_why(string text, string reason) =>
        Assert.Contains(reason, (await SetReadings.RefusedAsync(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"question":"One?","mc1_targets":{"choices":["yes","no"],"labels":[1,0]},"mc2_targets":{}}""", "'mc1_targets', 'mc2_targets' look like options")]
    [InlineData("""{"question":"One?","Incorrect Answer 1":"no","Correct Answer":"yes"}""", "'Incorrect Answer 1' looks like options")]
    [InlineData("""{"question":"One?","answers":["yes","no"]}""", "The field 'answers' can list options or reference answers")]
    [InlineData("""{"question":"One?","answers":{"text":["yes","no"],"answer_start":[1,2]}}""", "The field 'answers' can list options or reference answers")]
    [InlineData("""{"question":"One?","options":[{"text":"yes","is_correct":true},{"text":"no","is_correct":false}]}""", "in 'is_correct' whether each is right")]
    [InlineData("""{"input":[{"role":"user","content":"One?"}],"choices":["yes","no"],"target":"A"}""", "'input' is a JSON array, not a text.")]
    [InlineData("""{"question":["One?","Two?"],"choices":"yes|no","answer":"A"}""", "'question' is a JSON array, not a text.")]
    [InlineData("""{"question":"One?","context":{"a":"b"},"choices":["yes","no"],"answer":"A"}""", "'context' is a JSON object, not a text.")]
    [InlineData("""{"question":"One?\nA. yes\nB. no","answer":"yes"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One? (A) yes (B) no","answer":"yes"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One?","options":["a","b","c","d"],"answer":"ABD"}""", "answer 'ABD' names several right options (A, B, D): where several options of a question can be right, say so for the whole set (--right-answers several, over HTTP rightAnswers=several).")]
    [InlineData("""{"question":"One?","options":["a","b","c","d"],"answer":["A","C"]}""", "answer 'A, C' names several right options (A, C)")]
    [InlineData("""{"question":"One?","options":["w","x","y","z"],"answer":"B and D"}""", "answer 'B and D' names several right options (B, D)")]
    [InlineData("""{"question":"One?","answers":{"a":"x","b":"y","c":"z"},"correct_answers":[0,2]}""", "correct_answers '0, 2' names several right options (0, 2)")]
    [InlineData("""{"question":"One?\na) yes\nb) no","answer":"yes"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One? a) yes b) no c) maybe","answer":"b) no"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One?\n- yes\n- no","answer":"yes"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One?\nyes\nno","answer":"Yes."}""", "The question's text contains its options")]
    [InlineData("""{"question":"One?\nii. yes\n② no","answer":"no"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One?","context":"A. yes\nB. no","answer":"yes"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One?","Wert 1":"yes","Wert 2":"no","answer":"yes"}""", "'Wert 1' holds options, or texts of which one is the answer")]
    [InlineData("""{"question":"One?","all_answers":["yes","no"],"correct_answer":"yes"}""", "'all_answers' holds options")]
    [InlineData("""{"question":"One? 1. yes 2. no","answer":"yes"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One? 1) yes 2) no 3) maybe 4) never"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One? Options: yes, no","answer":"yes"}""", "The question's text contains its options")]
    [InlineData("""{"question":"One?","items":["yes","no"],"answer":"Yes."}""", "'items' holds options, or texts of which one is the answer")]
    [InlineData("""{"question":"One?","extra":{"pool":{"A":"yes","B":"no"}},"answer":"yes"}""", "'extra' holds options, or texts of which one is the answer")]
    [InlineData("""{"question":"One?","meta":{"mcq":{"choices":["yes","no"]}}}""", "'meta' holds options, or texts of which one is the answer")]
    [InlineData("""{"question":"One?","drugs":"['yes', 'no']","answer":"yes"}""", "'drugs' holds options, or texts of which one is the answer")]
    [InlineData("""{"question":"One?","drugs":"yes | no","answer":"yes"}""", "'drugs' holds options, or texts of which one is the answer")]
    [InlineData("""{"question":"One?","options":[{"id":"A","text":"yes","correct":1},{"id":"B","text":"no","correct":0}]}""", "in 'correct' whether each is right")]
    [InlineData("""{"question":"One?","options":"yes, no, maybe","answer":"yes"}""", "The options are one text, 'yes, no, maybe'")]
    public async Task A_record_that_cannot_be_read_without_loss_is_left_out_and_says_why(string record, string reason) =>
        Assert.Contains(reason, (await SetReadings.RejectedAsync(record)).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task A_record_without_options_among_others_with_options_is_no_free_question()
    {
        var rows = await SetReadings.RowsAsync(
            """
            {"question":"Before?","answer":"yes"}
            {"question":"One?","options":["yes","no"],"answer":"A"}
            {"question":"After?","answer":"yes"}
            {"question":"Free?","reference_answers":["yes"]}

            """);

        foreach (var bare in (int[])[0, 2])
        {
            Assert.StartsWith("The record has no options, and others of the file have", Assert.IsType<RejectedRow>(rows[bare]).Reason, StringComparison.Ordinal);
        }

        Assert.IsType<AcceptedRow>(rows[1]);
        Assert.IsType<AcceptedRow>(rows[3]);
    }

    [Fact]
    public async Task Lists_and_python_text_as_free_answers_are_their_texts()
    {
        var questions = await SetReadings.QuestionsAsync("question,answer\nHow?,\"['So.', 'Or so.']\"\nWhy?,\"[\"\"No.\"\"]\"\n");

        Assert.Equal(["So./Or so.", "No."], questions.Select(static question => string.Join('/', question.ReferenceAnswers)));
    }

    [Theory]
    [InlineData("""{"question":"What is it?","answer":"Metformin","aliases":["Metformin","Glucophage"]}""")]
    [InlineData("""{"question":"What is it?","answer":"Take it with food.","tags":["drug","food"],"source":"x"}""")]
    [InlineData("""{"question":"What is it?","reference_answers":["yes"],"terms":["yes","no"]}""")]
    [InlineData("""{"question":"Describe a) the causes and b) the treatment of asthma.","answer":"Causes are many."}""")]
    [InlineData("""{"question":"I have (1) fever and (2) a cough. What are my options?","answer":"Rest."}""")]
    [InlineData("""{"question":"Which germ is it?","answer":"C. difficile"}""")]
    [InlineData("""{"question":"What is it?","answer":"A: It is a disease."}""")]
    [InlineData("""{"question":"What is it?","answer":"A disease of the airways"}""")]
    [InlineData("""{"question":"What does the patient have?","answer":"CAD"}""")]
    [InlineData("""{"question":"Which share?","answer":"2/3"}""")]
    [InlineData("""{"question":"I have two questions:\n1. Is it bad?\n2. What helps?","answer":"Rest."}""")]
    [InlineData("""{"question":"What is it?","answer":"Metformin","note1":"x","note2":"y","entity":"Metformin"}""")]
    [InlineData("""{"question":"What is it?","answer":"See (A) and (B).","answer_type":"text","options_count":4}""")]
    public async Task Questions_with_free_answers_stay_what_they_are(string record) =>
        Assert.Empty(Assert.Single(await SetReadings.QuestionsAsync(record)).Options);

    [Theory]
    [InlineData("article")]
    [InlineData("premise")]
    [InlineData("clinical case")]
    [InlineData("Scenario")]
    public async Task What_a_question_is_about_is_its_context(string name) =>
        Assert.Equal("Read this.", Assert.Single(await SetReadings.QuestionsAsync($"{name},question,a,b,answer\nRead this.,One?,yes,no,A\n")).Context);

    [Theory]
    [InlineData(false, "yes/no/N/A/-:A")]
    [InlineData(true, "yes/no:A")]
    public async Task Last_options_that_fill_a_place_are_missing_by_a_setting(bool drops, string expected)
    {
        foreach (var text in (string[])["question,a,b,c,d,answer\nOne?,yes,no,N/A,-,A\n", "{\"question\":\"One?\",\"options\":{\"A\":\"yes\",\"B\":\"no\",\"C\":\"N/A\",\"D\":\"-\"},\"answer\":\"A\"}"])
        {
            Assert.Equal(expected, Outline(await SetReadings.QuestionsAsync(text, new QuestionSetOptions { FileName = "set.csv", DropsFillers = drops })));
        }
    }

    [Theory]
    [InlineData("\\N")]
    [InlineData("None")]
    [InlineData("<NA>")]
    [InlineData("NA")]
    public async Task What_databases_Python_and_R_write_for_no_value_fills_a_place(string filler)
    {
        var questions = await SetReadings.QuestionsAsync(
            $"question,a,b,c,d,answer\nOne?,yes,no,{filler},{filler},A\n", new QuestionSetOptions { FileName = "set.csv", DropsFillers = true });

        Assert.Equal("yes/no:A", Outline(questions));
    }

    [Theory]
    [InlineData("question,a,b,c,rightone\nOne?,yes,no,x,A\n", true)]
    [InlineData("question,a,b,c,rightone\nOne?,yes,no,x,A\nTwo?,yes,no,x,perhaps\n", false)]
    [InlineData("question,a,b,c,note,answer\nOne?,yes,no,x,A,B\nTwo?,yes,no,x,B,B\n", false)]
    public async Task A_column_of_letters_is_mentioned_where_no_right_answer_is_read(string text, bool isMentioned)
    {
        var tally = new QuestionSetTally();

        await SetReadings.RowsAsync(text, new QuestionSetOptions { FileName = "set.csv", Noted = tally.Note });

        Assert.Equal(isMentioned ? ["No column with the right answer is read, but 'rightone' names one of the options in every row: if it is the right answer, name it answer."] : [], tally.Notes());
    }

    [Fact]
    public async Task A_column_of_letters_stops_the_reading_where_no_right_answer_is_read_until_somebody_says_what_it_is()
    {
        const string Text = "question,a,b,c,rightone\nOne?,yes,no,x,A\nTwo?,yes,no,x,B\n";
        var options = new QuestionSetOptions { FileName = "set.csv" };

        var exception = await Assert.ThrowsAsync<InputException>(() => SetReadings.RowsAsync(Text, options));

        Assert.Contains("with --map gold=rightone; if not, keep it beside the questions with --map metadata=rightone", exception.Message, StringComparison.Ordinal);
        Assert.Equal("yes/no/x:A yes/no/x:B", Outline(await SetReadings.QuestionsAsync(Text, options with { Map = MapOf("gold=rightone") })));
        var kept = await SetReadings.QuestionsAsync(Text, options with { Map = MapOf("metadata=rightone") });
        Assert.Equal(["A", "B"], kept.Select(static question => question.Metadata!["rightone"]));
        Assert.All(kept, static question => Assert.Null(question.Gold));

        static ColumnMap MapOf(string text) => ColumnMap.TryParse(text, out var map, out var fault) ? map! : throw new InvalidOperationException(fault);
    }

    private static string Outline(List<Question> questions) =>
        string.Join(' ', questions.Select(static question => $"{string.Join('/', question.Options)}:{(question.Gold is { } gold ? OptionLetter.Of(gold) : '-')}"));

    /// <summary>Gives only a few bytes at a time.</summary>
    private sealed class Dribbling(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
