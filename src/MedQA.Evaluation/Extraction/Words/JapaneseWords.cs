namespace MedQA.Evaluation.Extraction.Words;

/// <summary>Japanese.</summary>
internal static class JapaneseWords
{
    public static LanguageWords All { get; } = new(
        new Dictionary<WordRoles, string>
        {
            [WordRoles.AnswerNouns] =
                "答え 答 正解 正答 解答 回答 最終回答 最終的な答え 正しい答え 正しい選択肢 正しいのは 最も適切なのは 適切なのは 最も可能性が高いのは 正解肢 最も適切な選択肢 最も適切な選択肢は "
                + "最も考えられるのは 最も疑わしいのは 最も妥当なのは 残るのは 残ったのは",
            [WordRoles.Disqualifiers] = "誤った 間違った 最初の 不",
            [WordRoles.Connectors] = "は が も で の です 選択肢 選択肢は 番 したがって よって 以上より ： という 肢",
            [WordRoles.Copulas] = "は が となります 正しいのは 最も適切なのは 適切なのは 最も可能性が高いのは 最も適切な選択肢は 最も考えられるのは 最も疑わしいのは 最も妥当なのは 残るのは 残ったのは",
            [WordRoles.SubjectCopulas] = "が は も を こそ",
            [WordRoles.Particles] = "が は も を こそ",
            [WordRoles.Adverbs] = "最も もっとも 一番 は が の 選択肢 として すべて 全て",
            [WordRoles.Predicates] = "正解 正答 正しい 答え 正しい答え 正解肢 適切 妥当 適当 適切な選択肢 正しい選択肢",
            [WordRoles.PredicatesBehind] = "正解 正しい 誤り 誤りです 間違い 不正解 不適切 正しくない 正しくありません",
            [WordRoles.Approvals] = "正しい 正解 適切 ○ 〇 ◯",
            [WordRoles.Rejections] = "誤り 間違い 不正解 不適切 正しくない 誤 × ✕",
            [WordRoles.Superlatives] = "最も もっとも 一番",
            [WordRoles.Praise] = "最も 正しい 最終的な 適切な",
            [WordRoles.Topics] = "適切 妥当 可能性が高い 診断 原因 選択肢",
            [WordRoles.Wrong] = "誤り 誤りです 間違い 間違いです 不正解 不適切 正しくない 正しくありません 違います 違う 誤っている 間違っている 適切でない 適切ではない 不適当",
            [WordRoles.Doubts] = "正しくないのは 誤っているのは 間違っているのは 不適切なのは 誤りなのは 誤って 間違って 適切でないのは",
            [WordRoles.Negations] = "ない 除く 以外 除外 除外して",
            [WordRoles.NegationsBehind] =
                "ではありません ではない じゃない でない ではなく でなく とは限らない だと言う と言う という人 ですか でしょうか だろうか かもしれない かもしれません とは言えない ではないか 以外 "
                + "を除いて とは考えにくい ではなかった ではありませんでした とは言い切れない とは限りません とは言えません とは断定できない とは思えない とは考えられない とは言いがたい わけではない "
                + "わけではありません とは思えません とは言い切れません とは思わない だとは思わない だとは思いません とは思いません だとは言えない だとは限らない だとは考えにくい とあるが とされる "
                + "とされている という説 だという説 と書かれている と記載されている と答えた と答えた人 だとされる であるとは限らない が正解とは限らない とは断言できない だとは断言できない",
            [WordRoles.Corrections] = "ではなく でなく ではなくて",
            [WordRoles.Conditions] = "もし もしも あれば ければ なければ ならば なら 場合 場合は としたら すれば だったら であれば",
            [WordRoles.Concessions] = "ものの",
            [WordRoles.Conclusions] = "したがって 従って よって ゆえに 以上より 以上から 以上のことから そのため だから ゆえ つまり",
            [WordRoles.Reasons] = "なぜなら ため ので から しかない しかありません しか考えられない しか残らない に違いない に違いありません",
            [WordRoles.DecisionsBehind] = "選びます 選択します 選ぶ 選択する 選びました 選択しました 選択 推します にする にします にした にしました とします",
            [WordRoles.AfterLetter] =
                "です である だ と が は も を こそ ではありません ではない じゃない でない ではなく でなく だと思います と思います と考えます だと考えます と考えられます となります になります "
                + "と言う だと言う という人 ですか でしょうか かもしれない かもしれません と または か 及び および の なので であり で 以外 を除いて でしょう と判断します だろう だろうか でなければ "
                + "とする と や しかない しかありません しか考えられない しか残らない にする にします にした にしました とします に違いない に違いありません とあるが とされる とされている",
            [WordRoles.BeforeSubject] = "選択肢 は よって したがって 以上より から ので 肢 そして つまり 従って よって、 残る 残った 残りの ではなく でなく ではなくて",
            [WordRoles.Evidence] = "最も 最も可能性が高い 考えられる 診断 最も考えられる",
            [WordRoles.EvidenceLinks] = "は が",
            [WordRoles.Persons] =
                "学生 人 人々 多くの人 医師 彼 彼女 彼ら 専門家 教科書 受験生 あなた 先生 友人 誰か 指導医 上級医 先輩 同僚 教授 研修医 主治医 担当医 講師 後輩 クラスメート 看護師 薬剤師",
            [WordRoles.Speech] = "言う 思う人 選びます 選ぶ 答えます 考える人 主張 と言った と言って と主張 と述べ と話 と言い と言っていた と指摘",
            [WordRoles.Distance] = "最初 当初 はじめ 例えば たとえば 例 形式 一見 従来 以前",
            [WordRoles.FirstPerson] = "私 私は 我々 僕",
            [WordRoles.Interjections] = "いや いいえ 訂正 失礼 待って 待ってください すみません 間違えました 違います 修正",
            [WordRoles.Retractions] =
                "訂正します 間違えました 考え直すと 同意できない 同意できません 賛成できない 賛成できません 同意しない 同意しません 誤りだと思う 誤りだと思います 間違いだと思う 間違いだと思います "
                + "納得できない 判断できない 判断できません 決められない 決められません 決めかねる 断定できない 断定できません",
            [WordRoles.Leads] = "したがって よって 以上より 従って ゆえに つまり 訂正 正しくは はい 消去法により 消去法で 消去法から 除外法により",
            [WordRoles.Pronouns] = "これ これは それ それは",
            [WordRoles.QuestionHeads] = "問題 質問 設問 次の問題 ユーザー 別の問題 次の質問",
            [WordRoles.OptionNouns] = "選択肢 肢",
            [WordRoles.Joins] = "と または か 及び および や もしくは あるいは",
            [WordRoles.ThisCase] = "この 本",
            [WordRoles.Plurals] = "いずれか どれか どちらか",
            [WordRoles.Auxiliaries] = "は 最終的に",
            [WordRoles.PredicateNouns] = "正解 答え 選択肢",
        },
        [
        ]);
}
